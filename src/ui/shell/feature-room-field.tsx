import { Field } from '../primitives';
import { useActions, usePage } from '../store-context';
import { formatBytes } from '../words';

const automatic = 'automatic';
/** Bytes that kept features may take. */
const rooms: readonly (readonly [bytes: number, name: string])[] = [
  [0, 'Keep none'],
  [100e6, '100 MB'],
  [500e6, '500 MB'],
  [1e9, '1 GB'],
  [2e9, '2 GB'],
  [5e9, '5 GB'],
  [10e9, '10 GB'],
];

/** How much of the device kept features may take. */
export function FeatureRoomField() {
  const { report, budget } = usePage(({ featureCache }) => featureCache);
  const { setFeatureBudget, lookAtStorage } = useActions();
  return (
    <Field label="Room for features" hint="Where it is full, what was not used for longest makes room.">
      {(control) => (
        <select
          {...control}
          name="features-budget"
          value={budget ?? automatic}
          onChange={({ target: { value } }) => {
            void setFeatureBudget(value === automatic ? null : Number(value)).then(lookAtStorage);
          }}
        >
          <option value={automatic}>
            {report === null || report.automaticBudget === 0 ? 'Automatic' : `Automatic (${formatBytes(report.automaticBudget)})`}
          </option>
          {roomsWith(budget).map(([bytes, name]) => (
            <option key={bytes} value={bytes}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** What a script chose is on the list too. */
function roomsWith(budget: number | null): readonly (readonly [bytes: number, name: string])[] {
  if (budget === null || rooms.some(([bytes]) => bytes === budget)) return rooms;
  return [...rooms, [budget, formatBytes(budget)] as const].sort(([a], [b]) => a - b);
}
