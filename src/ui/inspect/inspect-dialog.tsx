import { useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { formatCount } from '../charts/format';
import { Dialog } from '../primitives';
import { usePage } from '../store-context';
import { EvaluationView } from './evaluation-view';
import styles from './inspect-dialog.module.css';
import { LabelDoctor } from './label-doctor';
import { MapView } from './map/map-view';
import { RunsView } from './runs-view';

export type InspectViewId = 'evaluation' | 'labels' | 'map' | 'runs';

export interface InspectDialogProps {
  /** What is shown first. */
  readonly first?: InspectViewId;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
}

/** What the trained head learnt and where it errs: one view a tab. A chunk of its own, loaded when it is first opened. */
export function InspectDialog({ first = 'evaluation', isOpen, onOpenChange }: InspectDialogProps) {
  const number = usePage(({ headRun }) => headRun?.number ?? null);
  const headReady = usePage((state) => state.headReady);
  const [tab, setTab] = useState<string>(first);
  const close = () => {
    onOpenChange(false);
  };
  const all = [
    { id: 'evaluation', name: 'Evaluation', content: <EvaluationView onClose={close} /> },
    { id: 'labels', name: 'Label doctor', content: <LabelDoctor onClose={close} /> },
    { id: 'map', name: 'Map', content: <MapView onClose={close} /> },
    { id: 'runs', name: 'Runs', content: <RunsView /> },
  ];
  // The others are of a head; pictures can be looked at before there is one.
  const views = headReady ? all : all.filter(({ id }) => id === 'map');
  return (
    <Dialog
      heading={number === null ? 'Look inside' : `Look inside run ${formatCount(number)}`}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      size="full"
    >
      <Tabs
        selectedKey={headReady ? tab : 'map'}
        onSelectionChange={(key) => {
          setTab(String(key));
        }}
      >
        <TabList aria-label="Views" className={styles['bar'] ?? ''}>
          {views.map(({ id, name }) => (
            <Tab key={id} id={id} className={styles['tab'] ?? ''}>
              {name}
            </Tab>
          ))}
        </TabList>
        {views.map(({ id, content }) => (
          <TabPanel key={id} id={id} className={styles['panel'] ?? ''}>
            {content}
          </TabPanel>
        ))}
      </Tabs>
    </Dialog>
  );
}
