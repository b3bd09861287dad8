import type { Split } from './dataset';

/** A column whose values may serve as labels. */
export interface HubLabelColumn {
  readonly name: string;
  /** The names of a ClassLabel, by index; null where the values themselves are the names. */
  readonly classNames: readonly string[] | null;
}

export interface HubSplit {
  readonly name: string;
  readonly rows: number;
  /** Of all its columns, as the server says; an estimate of what a download takes. */
  readonly bytes: number;
}

/** One of a dataset's configurations. */
export interface HubConfig {
  readonly name: string;
  /** Never empty. */
  readonly imageColumns: readonly string[];
  readonly labelColumns: readonly HubLabelColumn[];
  /** Never empty. */
  readonly splits: readonly HubSplit[];
}

/** A public dataset with pictures, as its viewer describes it. */
export interface HubDataset {
  readonly name: string;
  readonly host: string;
  /** Those with pictures; never empty. */
  readonly configs: readonly HubConfig[];
}

/** What is to be fetched of a dataset. */
export interface HubChoice {
  readonly dataset: string;
  readonly config: string;
  readonly imageColumn: string;
  /** Null: the pictures come in without labels. */
  readonly label: HubLabelColumn | null;
  readonly splits: readonly string[];
  /** Of each class and split; of each split where there are no labels. */
  readonly picturesEach: number;
}

/** How many pictures each class of each chosen split has; null where the server does not say. */
export type HubCounts = readonly { readonly className: string; readonly count: number }[] | null;

const address = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\//i;
const part = /^[A-Za-z0-9][\w.-]{0,95}$/;
/** What the address of a dataset's page goes on with. */
const pages = new Set(['viewer', 'tree', 'blob', 'resolve', 'discussions', 'embed', 'commits']);

/** The dataset that a person means by `owner/name`, `name`, `hf:owner/name` or the address of its page; null when it is none. */
export function parseHubName(text: string): string | null {
  const trimmed = text
    .trim()
    .replace(/^hf:(\/\/)?/i, '')
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '');
  const isPage = address.test(trimmed);
  const [first = '', ...others] = trimmed.replace(address, '').split('/');
  if (isPage && first !== 'datasets') return null;
  const parts = first === 'datasets' ? others : [first, ...others];
  const end = parts.findIndex((name, at) => at > 0 && pages.has(name));
  const named = end < 0 ? parts : parts.slice(0, end);
  return named.length >= 1 && named.length <= 2 && named.every((name) => part.test(name)) ? named.join('/') : null;
}

/** What a dataset calls its splits, as ours; null for any other name. */
export function hubSplit(name: string): Split | null {
  if (/^train(ing)?$/i.test(name)) return 'train';
  if (/^(val|valid|validation|dev)$/i.test(name)) return 'val';
  return /^test(ing)?$/i.test(name) ? 'test' : null;
}

const usualLabels = /^(labels?|class|classes|class_?name|category|target|y)$/i;

/** The one column that is plainly the label; null where a person must say. */
export function proposeLabel({ labelColumns }: HubConfig): HubLabelColumn | null {
  const classLabels = labelColumns.filter(({ classNames }) => classNames !== null);
  const usual = (classLabels.length > 0 ? classLabels : labelColumns).filter(({ name }) => usualLabels.test(name));
  const [only] = classLabels.length === 1 ? classLabels : usual;
  return usual.length > 1 && classLabels.length !== 1 ? null : (only ?? null);
}

/** Bytes that a choice takes, estimated from what the server says of the chosen splits; never more than they have. */
export function estimateHubBytes(config: HubConfig, choice: HubChoice, classes: number): number {
  const chosen = config.splits.filter(({ name }) => choice.splits.includes(name));
  return chosen.reduce((sum, { rows, bytes }) => {
    const wanted = Math.min(rows, choice.picturesEach * Math.max(1, classes));
    return sum + (rows === 0 ? 0 : (bytes / rows) * wanted);
  }, 0);
}
