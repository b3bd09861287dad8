import type { PageState } from '../../store/state';
import { Field } from '../primitives';
import { useActions, usePage } from '../store-context';

const automatic = 'automatic';

/** Why the number of threads cannot be chosen now; null when it can. */
function selectWhyFixed({ run, compute }: PageState): string | null {
  if (compute.status?.device === 'webgpu') return 'They count only when the CPU computes.';
  if (!compute.isolation.isolated) return 'One only: see above.';
  return run.phase === 'running' || run.phase === 'stopping' ? 'Pause or stop the run to change them.' : null;
}

/** How many threads of the processor compute. */
export function ThreadsField() {
  const threads = usePage(({ compute }) => compute.threads);
  const most = usePage(({ compute }) => compute.mostThreads);
  const isIsolated = usePage(({ compute }) => compute.isolation.isolated);
  const whyFixed = usePage(selectWhyFixed);
  const { chooseThreads } = useActions();
  return (
    <Field label="Threads" {...(whyFixed === null ? {} : { hint: whyFixed })}>
      {(control) => (
        <select
          {...control}
          name="threads"
          value={isIsolated ? (threads ?? automatic) : 1}
          disabled={whyFixed !== null}
          onChange={({ target: { value } }) => {
            void chooseThreads(value === automatic ? null : Number(value));
          }}
        >
          <option value={automatic}>Automatic</option>
          {Array.from({ length: most }, (_, at) => at + 1).map((count) => (
            <option key={count} value={count}>
              {count}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
