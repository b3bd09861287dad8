export interface BenchOptions {
  /** Labelled pictures; null for the embedded drawings. */
  readonly dataFolder: string | null;
  /** Pictures that `ways` measures on; then all of `dataFolder` trains. */
  readonly valFolder: string | null;
  /** Training pictures a class that `ways` takes at most; null for all. */
  readonly limit: number | null;
  /** Files that `page`, `first-result` and `scale` import; null for each one's own number. */
  readonly files: number | null;
  /** Pictures of the larger batch that `features` measures on WebGPU. */
  readonly pictures: number;
  /** Where `features`, `train` and `ways` compute. */
  readonly device: 'cpu' | 'webgpu';
  /** Numbers of threads that `features` measures on the CPU; `train` takes the largest. */
  readonly threads: readonly number[];
  /** Turns of each in `features` on the CPU and in `train`. */
  readonly rounds: number;
  /** What `features` measures beside ours on WebGPU; null for all. */
  readonly peers: readonly string[] | null;
  /** Folder of the npm package `webgpu`, to measure outside a browser; null for the browser. */
  readonly dawn: string | null;
  /** Seeds 0 to `seeds - 1` of `accuracy` and `ways`. */
  readonly seeds: number;
  /** Hostile inputs that `fuzz` gives to each parser. */
  readonly inputs: number;
  /** Of the chance of `fuzz`; chooses the moments of `faults`. */
  readonly seed: number;
  /** The one parser that `fuzz` tries; null for all. */
  readonly only: string | null;
  /** An interpreter that may have torch. */
  readonly python: string;
}

export type Row = Readonly<Record<string, string | number | null>>;

export interface SuiteResult {
  readonly rows: readonly Row[];
  /** Name and version. */
  readonly browser: string;
  readonly adapter: string | null;
  /** Something did not hold that must: the command then fails. */
  readonly failed?: boolean;
  /** What a reader of the numbers must know. */
  readonly notes: readonly string[];
}

export interface Suite {
  readonly name: string;
  readonly about: string;
  /** Whether it runs when no suite is named: minutes, not hours. */
  readonly quick: boolean;
  run(options: BenchOptions): Promise<SuiteResult>;
}
