import { toHeadstartError } from '../domain/errors';
import { layOut } from './projection/lay-out';
import type { ProjectionAnswer, ProjectionTask } from './projection/protocol';

// Lays one set of pictures out and is then done with: it blocks while it does, and is ended when the person cancels.
function post(answer: ProjectionAnswer): void {
  globalThis.postMessage(answer);
}

globalThis.addEventListener('message', ({ data: task }: MessageEvent<ProjectionTask>) => {
  try {
    const laidOut = layOut(task, (progress) => {
      post({ kind: 'progress', progress });
    });
    post({ kind: 'done', laidOut });
  } catch (thrown) {
    post({ kind: 'failed', reason: toHeadstartError(thrown).toRecord() });
  }
});
