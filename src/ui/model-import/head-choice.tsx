import type { ModelOffer } from '../../domain/model-import';
import { Field } from '../primitives';
import { usePage } from '../store-context';
import styles from './model-import.module.css';
import { describeClasses, problemOfNames } from './offer-words';

/** What a person says of the head that a file holds. */
export interface HeadDraft {
  readonly isTaken: boolean;
  /** By class index. */
  readonly classNames: readonly string[];
}

/** Of more classes the names stay as they are: hundreds of fields serve nobody. */
const mostFields = 60;
/** Then so many are told. */
const mostNamed = 10;

/** As the file has it; `class 0`, `class 1`… where it names none. */
export function createHeadDraft({ head }: ModelOffer): HeadDraft {
  const numbered = Array.from({ length: head?.classes ?? 0 }, (_, index) => `class ${String(index)}`);
  return { isTaken: head !== null, classNames: head?.classNames ?? numbered };
}

export interface HeadChoiceProps {
  readonly offer: ModelOffer;
  readonly draft: HeadDraft;
  readonly isReadOnly: boolean;
  readonly onDraft: (draft: HeadDraft) => void;
}

/** Whether the head comes in too, and what its classes are called. */
export function HeadChoice({ offer, draft, isReadOnly, onDraft }: HeadChoiceProps) {
  const ofProject = usePage(({ project }) => project.document.classNames);
  const { isTaken, classNames } = draft;
  const hasNames = offer.head?.classNames !== null;
  const problem = problemOfNames(classNames);
  // A head alone is taken or nothing is.
  const isAlone = offer.backbone === null;
  return (
    <div className={styles['head']}>
      {isAlone ? null : (
        <label className={styles['check']}>
          <input
            type="checkbox"
            checked={isTaken}
            disabled={isReadOnly}
            onChange={({ target: { checked } }) => {
              onDraft({ ...draft, isTaken: checked });
            }}
          />
          <span>Take its head, too, which tells {String(classNames.length)} classes apart</span>
        </label>
      )}
      {isTaken ? (
        <>
          {hasNames || classNames.length > mostFields ? null : (
            <p className={styles['words']}>The file does not say what its classes are called: name them, in its order.</p>
          )}
          {classNames.length > mostFields ? (
            <p className={styles['words']}>
              They are called {classNames.slice(0, mostNamed).join(', ')} and {String(classNames.length - mostNamed)} more.
            </p>
          ) : null}
          <div className={styles['names']} role="group" aria-label="Names of its classes">
            {(classNames.length > mostFields ? [] : classNames).map((name, index) => (
              <Field key={index} label={`Class ${String(index)}`}>
                {(control) => (
                  <input
                    {...control}
                    value={name}
                    disabled={isReadOnly}
                    onChange={({ target: { value } }) => {
                      onDraft({ ...draft, classNames: classNames.map((former, at) => (at === index ? value : former)) });
                    }}
                  />
                )}
              </Field>
            ))}
          </div>
          <p className={styles['words']} role="status">
            {problem ?? describeClasses(classNames, ofProject)}
          </p>
        </>
      ) : null}
    </div>
  );
}
