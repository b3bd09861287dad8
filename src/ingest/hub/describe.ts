import {
  array,
  fallback,
  maxValue,
  minValue,
  number,
  object,
  optional,
  parse,
  pipe,
  record,
  safeInteger,
  safeParse,
  string,
  unknown,
} from 'valibot';
import { HeadstartError } from '../../domain/errors';
import type { HubChoice, HubConfig, HubCounts, HubDataset, HubLabelColumn } from '../../domain/hub-dataset';
import { type HubClient, HubRefusal } from './hub-client';

/** More rows than any dataset has would only make sums that are no numbers. */
const count = pipe(number(), safeInteger(), minValue(0), maxValue(1e12));

/** What `/info` says of a column; other kinds of column have no `_type` that we know. */
const feature = object({
  _type: fallback(string(), ''),
  dtype: fallback(optional(string()), undefined),
  names: fallback(optional(array(string())), undefined),
});
const configInfo = object({
  features: record(string(), fallback(feature, { _type: '' })),
  splits: record(string(), object({ num_bytes: fallback(count, 0), num_examples: count })),
});
const info = object({ dataset_info: record(string(), unknown()) });

const statistics = object({
  statistics: array(
    object({
      column_name: string(),
      column_statistics: fallback(object({ frequencies: optional(record(string(), count)) }), {}),
    }),
  ),
});

/** Values of these types can be the name of a class. */
const labelTypes = new Set(['string', 'large_string', 'bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32']);

function describeConfig(name: string, value: unknown): HubConfig | null {
  const parsed = safeParse(configInfo, value);
  if (!parsed.success) return null;
  const columns = Object.entries(parsed.output.features);
  const imageColumns = columns.flatMap(([column, { _type }]) => (_type === 'Image' ? [column] : []));
  const labelColumns = columns.flatMap(([column, { _type, dtype, names }]): HubLabelColumn[] => {
    if (_type === 'ClassLabel' && names !== undefined) return [{ name: column, classNames: names }];
    return _type === 'Value' && labelTypes.has(dtype ?? '') ? [{ name: column, classNames: null }] : [];
  });
  const splits = Object.entries(parsed.output.splits).map(([split, { num_bytes, num_examples }]) => ({
    name: split,
    rows: num_examples,
    bytes: num_bytes,
  }));
  return imageColumns.length === 0 || splits.length === 0 ? null : { name, imageColumns, labelColumns, splits };
}

function explain(dataset: string, thrown: unknown): unknown {
  if (!(thrown instanceof HubRefusal)) return thrown;
  if (thrown.status === 401 || thrown.status === 403) return new HeadstartError('hub-closed', { dataset }, { cause: thrown });
  if (thrown.status === 404) return new HeadstartError('hub-unknown', { dataset }, { cause: thrown });
  return new HeadstartError('hub-no-viewer', { dataset, detail: thrown.detail }, { cause: thrown });
}

/**
 * What a dataset holds. One request.
 * @throws HeadstartError `hub-unknown`, `hub-closed` (private or gated), `hub-no-viewer`, `hub-not-pictures`, or as HubClient
 */
export async function describeDataset(client: HubClient, dataset: string): Promise<HubDataset> {
  const answer = await client.ask('info', { dataset }).catch((thrown: unknown) => {
    throw explain(dataset, thrown);
  });
  const parsed = safeParse(info, answer);
  if (!parsed.success) throw new HeadstartError('hub-unexpected', {}, { cause: parsed.issues });
  const configs = Object.entries(parsed.output.dataset_info).flatMap(([name, value]) => describeConfig(name, value) ?? []);
  if (configs.length === 0) throw new HeadstartError('hub-not-pictures', { dataset });
  return { name: dataset, host: client.host, configs };
}

/**
 * How many rows each class has in the chosen splits together; null where the server has no statistics of them. One request a split.
 * @throws HeadstartError as HubClient, but for a refusal
 */
export async function countClasses(client: HubClient, choice: HubChoice): Promise<HubCounts> {
  const { dataset, config, label } = choice;
  if (label === null) return null;
  const counts = new Map<string, number>((label.classNames ?? []).map((name) => [name, 0]));
  try {
    for (const split of choice.splits) {
      const answer = parse(statistics, await client.ask('statistics', { dataset, config, split }));
      const column = answer.statistics.find(({ column_name }) => column_name === label.name);
      const frequencies = column?.column_statistics.frequencies;
      if (frequencies === undefined) return null;
      for (const [className, rows] of Object.entries(frequencies)) counts.set(className, (counts.get(className) ?? 0) + rows);
    }
  } catch (thrown) {
    if (thrown instanceof HeadstartError && thrown.code !== 'hub-refused') throw thrown;
    return null;
  }
  return [...counts].map(([className, rows]) => ({ className, count: rows }));
}
