import { evidenceSide, type Evidence } from '../../domain/evaluation/evidence';
import styles from './evidence.module.css';

/** Largest share of the colour over the picture. */
const strongest = 0.72;

/** The largest contribution either way; 0 of none. */
export function strongestCell(cells: readonly number[]): number {
  return cells.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
}

/** What each part speaks for or against, drawn over the picture: red for, blue against, stronger where it counts more. */
export function EvidenceMap({ evidence, label }: { readonly evidence: Evidence; readonly label: string }) {
  const most = strongestCell(evidence.cells);
  return (
    <svg
      className={styles['map']}
      viewBox={`0 0 ${String(evidenceSide)} ${String(evidenceSide)}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      {evidence.cells.map((value, cell) => (
        <rect
          key={cell}
          x={cell % evidenceSide}
          y={Math.floor(cell / evidenceSide)}
          width={1}
          height={1}
          className={value >= 0 ? styles['for'] : styles['against']}
          fillOpacity={most === 0 || !Number.isFinite(value) ? 0 : (Math.abs(value) / most) * strongest}
        />
      ))}
    </svg>
  );
}
