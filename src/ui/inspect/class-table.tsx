import type { ClassRates } from '../../domain/evaluation/confusion';
import { formatCount, formatShare } from '../charts/format';
import { Term } from '../terms/term';
import { Card } from './card';
import styles from './card.module.css';
import { ClassName } from './class-name';

/** Precision, recall and F1 of each class. */
export function ClassTable({
  rates,
  classNames,
}: {
  readonly rates: readonly ClassRates[];
  readonly classNames: readonly string[];
}) {
  return (
    <Card label="Classes" heading="Classes">
      <div className={styles['table']} tabIndex={0} role="region" aria-label="Classes, table">
        <table>
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col">Pictures</th>
              {(['precision', 'recall', 'F1'] as const).map((name) => (
                <th key={name} scope="col">
                  <Term name={name} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rates.map(({ precision, recall, f1, support }, index) => (
              <tr key={index}>
                <th scope="row">
                  <ClassName name={classNames[index] ?? ''} />
                </th>
                <td>{formatCount(support)}</td>
                <td>{formatShare(precision)}</td>
                <td>{formatShare(recall)}</td>
                <td>{formatShare(f1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
