import { useState, useSyncExternalStore, type ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { usePage } from '../store-context';
import styles from './columns.module.css';
import { selectRunPercent } from './run-progress';

const wide = matchMedia('(min-width: 1000px)');

function subscribe(changed: () => void): () => void {
  wide.addEventListener('change', changed);
  return () => {
    wide.removeEventListener('change', changed);
  };
}

export interface ColumnsProps {
  readonly data: ReactNode;
  readonly train: ReactNode;
  readonly trial: ReactNode;
}

/** Three columns side by side, or, below 1,000 px, one at a time under tabs. */
export function Columns({ data, train, trial }: ColumnsProps) {
  const isWide = useSyncExternalStore(subscribe, () => wide.matches);
  const [tab, setTab] = useState('data');
  if (isWide) {
    return (
      <div className={styles['columns']}>
        {data}
        {train}
        {trial}
      </div>
    );
  }
  const tabs = [
    { id: 'data', name: 'Data', content: data },
    { id: 'train', name: 'Train', content: train },
    { id: 'try', name: 'Try', content: trial },
  ];
  return (
    <Tabs
      selectedKey={tab}
      onSelectionChange={(key) => {
        setTab(String(key));
      }}
    >
      <TabList aria-label="Steps" className={styles['bar'] ?? ''}>
        {tabs.map(({ id, name }) => (
          <Tab key={id} id={id} className={styles['tab'] ?? ''}>
            {name}
            {id === 'train' ? <TabProgress /> : null}
          </Tab>
        ))}
      </TabList>
      {tabs.map(({ id, content }) => (
        // Kept mounted: charts and half-typed settings outlive a look at another tab.
        <TabPanel key={id} id={id} shouldForceMount className={styles['page'] ?? ''}>
          {content}
        </TabPanel>
      ))}
    </Tabs>
  );
}

function TabProgress() {
  const percent = usePage(selectRunPercent);
  if (percent === null) return null;
  return (
    <>
      <span className={styles['percent']}>{percent} %</span>
      <i className={styles['progress']} style={{ width: `${String(percent)}%` }} aria-hidden="true" />
    </>
  );
}
