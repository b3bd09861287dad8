import {
  Button,
  Dialog,
  DialogTrigger,
  Heading,
  Label,
  Popover,
  RadioButton,
  RadioField,
  RadioGroup,
} from 'react-aria-components';
import { describeError, type ErrorRecord } from '../../domain/errors';
import type { DeviceChoice, SelfTestReport } from '../../domain/events';
import type { ComputeState } from '../../store/state';
import { joinClasses } from '../join-classes';
import { Button as SmallButton, ErrorNote } from '../primitives';
import { useActions, usePage } from '../store-context';
import { formatBytes } from '../words';
import styles from './badge.module.css';
import { OfflineFact } from './offline-fact';
import { ThreadsField } from './threads-field';

const choices: readonly { readonly id: DeviceChoice; readonly name: string }[] = [
  { id: 'auto', name: 'Auto' },
  { id: 'webgpu', name: 'GPU' },
  { id: 'cpu', name: 'CPU' },
];

/** What computes, and, opened, everything about it and the choice. */
export function ComputeBadge() {
  const compute = usePage((state) => state.compute);
  const { choice, status, proving, progress, error } = compute;
  const isRunning = usePage(({ run }) => run.phase === 'running' || run.phase === 'stopping');
  const { chooseDevice, skipMeasuring } = useActions();
  const reason = status?.reason ?? null;
  const oneThread = whyOneThread(compute);
  const label = badgeLabel(compute);
  return (
    <DialogTrigger>
      <Button className={styles['badge'] ?? ''} aria-label={proving ? `${label}. Details` : `Computes with: ${label}. Details`}>
        <i
          className={joinClasses(
            styles['dot'],
            status !== null && !proving && styles['ok'],
            status === null && error !== null && styles['bad'],
          )}
          aria-hidden="true"
        />
        <span>{label}</span>
      </Button>
      <Popover className={styles['popover'] ?? ''} placement="bottom end">
        <Dialog className={styles['details'] ?? ''}>
          <Heading slot="title" level={2}>
            What computes
          </Heading>
          {status === null ? null : (
            <dl className={styles['facts']}>
              <dt>Device</dt>
              <dd>{status.device === 'webgpu' ? 'Graphics card, by WebGPU' : 'Processor, by WebAssembly'}</dd>
              <dt>Adapter</dt>
              <dd>{joinAdapter(status.adapter, status.softwareAdapter)}</dd>
              <dt>Threads</dt>
              <dd>{status.threads}</dd>
              <dt>Arithmetic</dt>
              <dd>{status.computePlan}</dd>
              <dt>Self-test</dt>
              <dd>{proving ? 'running' : describeSelfTest(status.selfTest)}</dd>
              {status.memoryBytes === null ? null : (
                <>
                  <dt>Memory</dt>
                  <dd>{formatBytes(status.memoryBytes)} beside the weights</dd>
                </>
              )}
            </dl>
          )}
          <OfflineFact />
          {proving && progress?.stage === 'measuring' ? (
            <p className={styles['measuring']}>
              Finding this graphics card’s fastest kernels, two seconds at most. It is remembered.
              <SmallButton small onPress={() => void skipMeasuring()}>
                Skip
              </SmallButton>
            </p>
          ) : null}
          {reason === null ? null : (
            <p>
              <b>{reason.code.startsWith('webgpu-') ? 'Why not the GPU:' : 'Why not the faster path:'}</b> {reason.message}{' '}
              {reason.remedy}
            </p>
          )}
          {oneThread === null ? null : (
            <p>
              <b>Why one thread only:</b> {oneThread.message} {oneThread.remedy}
            </p>
          )}
          {error === null ? null : (
            <ErrorNote
              record={error}
              {...(status === null && {
                action: (
                  <SmallButton small onPress={() => void chooseDevice(choice)}>
                    Try again
                  </SmallButton>
                ),
              })}
            />
          )}
          <RadioGroup
            className={styles['choices'] ?? ''}
            value={choice}
            isDisabled={isRunning}
            onChange={(value) => {
              void chooseDevice(choices.find(({ id }) => id === value)?.id ?? 'auto');
            }}
          >
            <Label>Compute with{isRunning ? ' (pause or stop the run to change it)' : ''}</Label>
            <div className={styles['segments']}>
              {choices.map(({ id, name }) => (
                <RadioField key={id} value={id} className={styles['place'] ?? ''}>
                  <RadioButton className={styles['segment'] ?? ''}>{name}</RadioButton>
                </RadioField>
              ))}
            </div>
          </RadioGroup>
          <ThreadsField />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function badgeLabel({ status, proving, progress, error }: ComputeState): string {
  if (status === null) return error === null ? 'Looking for a device' : 'Nothing can compute';
  if (!proving) return status.label;
  const device = status.device === 'webgpu' ? 'GPU' : 'CPU';
  switch (progress?.stage) {
    case 'measuring':
      return `Measuring the ${device}`;
    case 'compiling':
      return `Compiling ${String(progress.done)} of ${String(progress.total)}`;
    case 'weights':
      return `Preparing the ${device}`;
    case 'self-test':
    case undefined:
      return `Testing the ${device}`;
  }
}

function describeSelfTest(report: SelfTestReport | null): string {
  if (report === null) return 'not run yet';
  const { featureError, lossError } = report;
  return `passed: features within ${formatError(featureError)} of their rms, a training step within ${formatError(lossError)}`;
}

/** `3.1e-5`. */
function formatError(error: number): string {
  return error === 0 ? '0' : error.toExponential(1);
}

/** Null where all threads may compute, or none matter. */
function whyOneThread({ status, isolation }: ComputeState): ErrorRecord | null {
  return isolation.isolated || status?.device !== 'cpu' ? null : describeError(isolation.reason);
}

function joinAdapter(adapter: string | null, isSoftware: boolean): string {
  if (adapter === null) return 'none in use';
  return isSoftware ? `${adapter} (emulated in software)` : adapter;
}
