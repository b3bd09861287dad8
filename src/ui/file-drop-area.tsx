import { useState, type DragEvent, type ReactNode, type Ref } from 'react';
import { joinClasses } from './join-classes';

export interface FileDropAreaProps {
  /** For tests and styles. */
  readonly name: string;
  readonly className: string | undefined;
  /** Also while files are held over it. */
  readonly overClassName: string | undefined;
  /** Takes what was dropped; false leaves it to what lies around. */
  readonly take: (dropped: DataTransfer) => boolean;
  readonly ref?: Ref<HTMLDivElement>;
  readonly tabIndex?: number;
  readonly children: ReactNode;
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer.types.includes('Files');

/** Files dropped here are for what is inside; the page's own drop zone around it does not see those that were taken. */
export function FileDropArea({ name, className, overClassName, take, ref, tabIndex, children }: FileDropAreaProps) {
  const [isOver, setIsOver] = useState(false);
  return (
    <div
      ref={ref}
      tabIndex={tabIndex}
      className={joinClasses(className, isOver && overClassName)}
      data-drop={name}
      onDragEnter={(event) => {
        if (hasFiles(event)) setIsOver(true);
      }}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      }}
      onDragLeave={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node) || !event.currentTarget.contains(to)) setIsOver(false);
      }}
      onDrop={(event) => {
        setIsOver(false);
        if (!hasFiles(event) || !take(event.dataTransfer)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      {children}
    </div>
  );
}
