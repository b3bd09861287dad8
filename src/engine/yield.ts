import { nextTask } from '../domain/next-task';

/**
 * Lets other tasks of this worker run: a cancel that has been posted is heard before this resolves.
 * A message, because timers are clamped to 4 ms and promises alone never leave the present task.
 */
export function yieldToTasks(): Promise<void> {
  return new Promise(nextTask);
}
