import { useState, type ReactNode } from 'react';
import { ToggleButton } from 'react-aria-components';
import styles from './card.module.css';

export interface CardProps {
  /** As it is read out; `heading` is how it is drawn. */
  readonly label: string;
  readonly heading: ReactNode;
  readonly aside?: ReactNode;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

/** One part of a view, with its heading. */
export function Card({ label, heading, aside, isWide = false, children }: CardProps) {
  return (
    <section className={styles['card']} aria-label={label} data-wide={isWide}>
      <div className={styles['head']}>
        <h3>{heading}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}

export interface TableColumn<Row> {
  readonly name: string;
  readonly cell: (row: Row) => string;
}

export interface ChartCardProps<Row> extends Omit<CardProps, 'children' | 'aside'> {
  readonly summary: ReactNode;
  /** The drawing. */
  readonly children: ReactNode;
  readonly rows: readonly Row[];
  /** The first names the row. */
  readonly columns: readonly TableColumn<Row>[];
}

/** A drawing, and the same numbers as a table. */
export function ChartCard<Row>({ summary, children, rows, columns, ...card }: ChartCardProps<Row>) {
  const [showTable, setShowTable] = useState(false);
  const [first, ...others] = columns;
  return (
    <Card
      {...card}
      aside={
        <ToggleButton className={styles['toggle'] ?? ''} isSelected={showTable} onChange={setShowTable}>
          Table
        </ToggleButton>
      }
    >
      <p className={styles['summary']}>{summary}</p>
      {showTable ? (
        <div className={styles['table']} tabIndex={0} role="region" aria-label={`${card.label}, table`}>
          <table>
            <thead>
              <tr>
                {columns.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, at) => (
                <tr key={at}>
                  <th scope="row">{first?.cell(row)}</th>
                  {others.map(({ name, cell }) => (
                    <td key={name}>{cell(row)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        children
      )}
    </Card>
  );
}
