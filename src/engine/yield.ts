/**
 * Lets other tasks of this worker run: a cancel that has been posted is heard before this resolves.
 * A message channel, because timers are clamped to 4 ms and promises alone never leave the present task.
 */
export function yieldToTasks(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
