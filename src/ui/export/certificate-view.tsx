import { certificateBounds, type Certificate, type CertificatePicture, type ExportPrecision } from '../../domain/model-export';
import { PixelCanvas } from '../try/pixel-canvas';
import { countOf } from '../words';
import styles from './export.module.css';
import { formatMilliseconds } from './format-group';

/** More classes than these are counted, not listed. */
const classesListed = 3;

/** The largest logits with their classes, largest first. */
function largestLogits({ logits }: CertificatePicture, classNames: readonly string[]) {
  const all = logits.map((logit, index) => ({ logit, name: classNames[index] ?? String(index) }));
  return all.toSorted((a, b) => b.logit - a.logit).slice(0, classesListed);
}

export interface CertificateViewProps {
  readonly certificate: Certificate;
  readonly classNames: readonly string[];
  readonly precision: ExportPrecision;
}

/** The pictures that go along, and what the model says of them to the last digit that is worth showing. */
export function CertificateView({ certificate, classNames, precision }: CertificateViewProps) {
  const { pictures, rms, milliseconds, shownDifference } = certificate;
  const more = classNames.length - classesListed;
  return (
    <section className={styles['certificate']} aria-labelledby="certificate-heading">
      <h3 id="certificate-heading">Certificate</h3>
      <p className={styles['words']}>
        {countOf(pictures.length, 'drawing')} of ours go along with the exact logits that this page computes for them
        {more > 0 ? `, of all ${String(classNames.length)} classes` : ''}. <code>check</code> in the export asks the model again
        wherever you take it, and fails if a logit differs by more than {certificateBounds[precision]} of their root mean square,{' '}
        {rms.toPrecision(3)}. Here a picture took {formatMilliseconds(milliseconds)}.
      </p>
      <ul className={styles['pictures']} aria-label="Pictures of the certificate">
        {pictures.map((picture) => (
          <li key={picture.name} className={styles['picture']}>
            <div className={styles['thumbnail']}>
              <PixelCanvas pixels={picture.pixels} name={picture.name} />
            </div>
            <dl>
              {largestLogits(picture, classNames).map(({ name, logit }) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{logit.toFixed(4)}</dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
      {shownDifference > 0 ? (
        <p className={styles['words']}>
          The page itself holds features in half precision, so what it shows under Try may differ from these logits by{' '}
          {shownDifference.toExponential(1)} of their root mean square.
        </p>
      ) : null}
    </section>
  );
}
