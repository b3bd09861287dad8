import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { backboneParameterCount, convsPerBlock, featureCount, featureMapShape } from '../../domain/vgg16';
import { formatCount } from '../charts/format';
import { Chip, ClassSwatch } from '../primitives';
import { usePage } from '../store-context';
import { SummaryDialog } from '../summary/summary-dialog';
import styles from './model-card.module.css';

/** Bar height of each block, pixels: the feature map gets smaller. */
const blockHeights = [46, 36, 28, 20, 12] as const;
const mostSwatches = 8;

function Blocks() {
  return (
    <div className={styles['blocks']} aria-hidden="true">
      {convsPerBlock.map((convs, block) => (
        <span key={block} className={styles['block']}>
          {Array.from({ length: convs }, (_, conv) => (
            <i key={conv} style={{ height: `${String(blockHeights[block] ?? 12)}px` }} />
          ))}
        </span>
      ))}
    </div>
  );
}

/** What is trained: the frozen backbone, and the head with one output for each class. */
export function ModelCard() {
  const classNames = usePage(({ project }) => project.document.classNames);
  const classColours = usePage(({ project }) => project.document.classColours);
  const way = usePage(({ project }) => project.document.settings.way);
  const [summaryOpen, setSummaryOpen] = useState(false);
  const classCount = classNames.length;
  const hasHead = classCount >= 2;
  return (
    <div className={styles['card']} role="group" aria-label="Model">
      <div className={styles['part']}>
        <Blocks />
        <div className={styles['name']}>
          <b>VGG-16 features</b> <Chip>{way === 'fine-tune' ? 'trains' : 'frozen'}</Chip>
        </div>
        <div className={styles['fact']}>
          {formatCount(backboneParameterCount)} parameters · {featureMapShape.join(' × ')}
        </div>
      </div>
      <svg className={styles['arrow']} width="26" height="14" viewBox="0 0 26 14" aria-hidden="true">
        <path d="M1 7h23M19 2l5 5-5 5" />
      </svg>
      <div className={styles['part']}>
        <div className={styles['outputs']} aria-hidden="true">
          {classNames.slice(0, mostSwatches).map((name, index) => (
            <ClassSwatch key={name} paletteIndex={classColours[name] ?? index} size={16} />
          ))}
          {classCount > mostSwatches ? <span className={styles['more']}>+{formatCount(classCount - mostSwatches)}</span> : null}
          {classCount === 0 ? <span className={styles['noOutputs']} /> : null}
        </div>
        <div className={styles['name']}>
          <b>
            Linear {formatCount(featureCount)} → {hasHead ? formatCount(classCount) : 'classes'}
          </b>{' '}
          <Chip tone="ok">trains</Chip>
        </div>
        <div className={styles['fact']}>
          {hasHead ? `${formatCount((featureCount + 1) * classCount)} parameters` : 'One output for each class'} ·{' '}
          <AriaButton
            className={styles['link'] ?? ''}
            onPress={() => {
              setSummaryOpen(true);
            }}
          >
            summary
          </AriaButton>
        </div>
      </div>
      <SummaryDialog isOpen={summaryOpen} onOpenChange={setSummaryOpen} classCount={classCount} way={way} />
    </div>
  );
}
