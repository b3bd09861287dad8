import { HeadstartError } from '../../domain/errors';
import type { InspectionProgress } from '../../domain/evaluation/inspection';
import type { LaidOut, ProjectionAnswer, ProjectionTask } from './protocol';

export type ProjectVectors = (
  task: ProjectionTask,
  onProgress: (progress: InspectionProgress) => void,
  signal: AbortSignal,
) => Promise<LaidOut>;

/** What is needed of a worker; tests give their own. */
export interface ProjectionWorker {
  postMessage(task: ProjectionTask, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<ProjectionAnswer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
}

/**
 * Lays vectors out in a worker of its own, made for each task and ended with it: the library blocks for seconds, and a cancel must not
 * wait for it. Takes the vectors' memory. Rejects with `cancelled` at once, or `map-failed`.
 */
export function createProjector(spawn: () => ProjectionWorker): ProjectVectors {
  return (task, onProgress, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(new HeadstartError('cancelled'));
        return;
      }
      const worker = spawn();
      const end = () => {
        worker.terminate();
        signal.removeEventListener('abort', cancel);
      };
      const fail = (error: HeadstartError) => {
        end();
        reject(error);
      };
      const cancel = () => {
        fail(new HeadstartError('cancelled'));
      };
      signal.addEventListener('abort', cancel, { once: true });
      worker.onmessage = ({ data: answer }) => {
        if (answer.kind === 'progress') onProgress(answer.progress);
        else if (answer.kind === 'failed') fail(new HeadstartError('map-failed', { detail: answer.reason.message }));
        else {
          end();
          resolve(answer.laidOut);
        }
      };
      worker.onerror = ({ message }) => {
        fail(new HeadstartError('map-failed', { detail: message === '' ? 'its worker ended' : message }));
      };
      worker.onmessageerror = () => {
        fail(new HeadstartError('map-failed', { detail: 'its worker’s answer could not be read' }));
      };
      worker.postMessage(task, [task.vectors.buffer as ArrayBuffer]);
    });
}
