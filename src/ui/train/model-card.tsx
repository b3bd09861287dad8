import { lazy, Suspense, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { countUnfrozenParameters } from '../../domain/fine-tune-estimate';
import { unfrozenConvs } from '../../domain/run-config';
import { backboneParameterCount, convLayers, featureCount, featureMapShape } from '../../domain/vgg16';
import { formatCount } from '../charts/format';
import { joinClasses } from '../join-classes';
import { Chip, ClassSwatch } from '../primitives';
import { useActions, usePage } from '../store-context';
import { Term } from '../terms/term';
import { SummaryDialog } from '../summary/summary-dialog';
import { describeBlocks, describeTrained, viewBlocks } from './describe-blocks';
import styles from './model-card.module.css';

/** Its own chunk: most visits never look inside. */
const LookDialog = lazy(async () => ({ default: (await import('../look/look-dialog')).LookDialog }));

/** Bar height of each block, pixels: the feature map gets smaller. */
const blockHeights = [46, 36, 28, 20, 12] as const;
const mostSwatches = 8;
const ownWeights = 'as they come with the page';

/** One bar a convolution; those that train are filled, and the number of their block is marked. */
function Blocks({ unfrozen }: { readonly unfrozen: number }) {
  return (
    <div className={styles['blocks']} role="img" aria-label={describeBlocks(unfrozen)}>
      {viewBlocks(unfrozen).map(({ trains }, block) => (
        <span key={block} className={styles['block']}>
          <span className={styles['bars']}>
            {trains.map((isTrained, conv) => (
              <i
                key={conv}
                className={joinClasses(isTrained ? styles['trained'] : undefined)}
                style={{ height: `${String(blockHeights[block] ?? 12)}px` }}
              />
            ))}
          </span>
          <span className={joinClasses(styles['number'], trains.includes(true) ? styles['marked'] : undefined)}>{block + 1}</span>
        </span>
      ))}
    </div>
  );
}

/** What is trained, as two maps: the backbone from pictures to features, the head from features to one output for each class. */
export function ModelCard() {
  const classNames = usePage(({ project }) => project.document.classNames);
  const classColours = usePage(({ project }) => project.document.classColours);
  const unfrozen = usePage(({ project }) => unfrozenConvs(project.document.settings));
  const weights = usePage(({ project }) => project.document.backbone?.title ?? null);
  const { openModelDialog } = useActions();
  const [summaryOpen, setSummaryOpen] = useState(false);
  const [lookOpen, setLookOpen] = useState(false);
  const classCount = classNames.length;
  const hasHead = classCount >= 2;
  return (
    <div className={styles['card']} role="group" aria-label="Model">
      <div className={styles['part']}>
        <div className={styles['map']}>
          Extractor: pictures → <Term name="features" />
        </div>
        <Blocks unfrozen={unfrozen} />
        <div className={styles['name']}>
          <b>VGG-16 features</b>{' '}
          {unfrozen === 0 ? (
            <Chip>
              <Term name="frozen" />
            </Chip>
          ) : (
            <Chip tone="ok">{unfrozen === convLayers.length ? 'trains' : describeTrained(unfrozen)}</Chip>
          )}
        </div>
        <div className={styles['fact']}>
          {unfrozen === 0 || unfrozen === convLayers.length
            ? formatCount(backboneParameterCount)
            : `${formatCount(countUnfrozenParameters(unfrozen))} of ${formatCount(backboneParameterCount)}`}{' '}
          parameters{unfrozen === 0 ? '' : ' train'} · {featureMapShape.join(' × ')} = {formatCount(featureCount)} features ·{' '}
          <AriaButton
            className={styles['link'] ?? ''}
            onPress={() => {
              setLookOpen(true);
            }}
          >
            look inside
          </AriaButton>
        </div>
        <div className={styles['fact']} role="status">
          Weights:{' '}
          <AriaButton
            className={joinClasses(styles['link'], styles['title'])}
            aria-label={`${weights ?? ownWeights}, change the weights`}
            onPress={() => {
              void openModelDialog();
            }}
          >
            {weights ?? ownWeights}
          </AriaButton>
        </div>
      </div>
      <svg className={styles['arrow']} width="26" height="14" viewBox="0 0 26 14" aria-hidden="true">
        <path d="M1 7h23M19 2l5 5-5 5" />
      </svg>
      <div className={styles['part']}>
        <div className={styles['map']}>
          Classifier, the <Term name="head" />: features → classes
        </div>
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
      {lookOpen ? (
        <Suspense>
          <LookDialog
            onClose={() => {
              setLookOpen(false);
            }}
          />
        </Suspense>
      ) : null}
      <SummaryDialog isOpen={summaryOpen} onOpenChange={setSummaryOpen} classCount={classCount} unfrozen={unfrozen} />
    </div>
  );
}
