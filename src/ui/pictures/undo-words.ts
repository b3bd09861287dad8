import type { UndoStep } from '../../domain/command-log';
import type { ProjectDocument } from '../../domain/project';
import { countOf } from '../words';

const splitWords = { train: 'train', val: 'validation', test: 'test' } as const;

/** What a step did, in the past tense: `moved 3 pictures to dog`. `document` is the present one, at either side of the step. */
export function describeStep({ command, parts }: UndoStep, document: ProjectDocument): string {
  const difference = countOf(Math.abs(document.samples.length - parts.samples.length), 'picture');
  switch (command.kind) {
    case 'name-project':
      return 'renamed the project';
    case 'add-samples':
      return `added ${difference}`;
    case 'remove-samples':
      return `removed ${difference}`;
    case 'move-samples': {
      const pictures = countOf(command.ids.length, 'picture');
      return command.className === null ? `took the label from ${pictures}` : `moved ${pictures} to ${command.className.trim()}`;
    }
    case 'label-samples':
      return `accepted ${countOf(command.labels.length, 'label')}`;
    case 'pin-split': {
      const pictures = countOf(command.ids.length, 'picture');
      return command.split === null ? `unpinned ${pictures}` : `pinned ${pictures} to ${splitWords[command.split]}`;
    }
    case 'add-class':
      return `added the class ${command.className}`;
    case 'rename-class':
      return `renamed ${command.from} to ${command.to.trim()}`;
    case 'merge-classes':
      return `merged ${command.from.join(', ')} into ${command.to.trim()}`;
    case 'recolour-class':
      return `recoloured ${command.className}`;
    case 'remove-class':
      return `removed the class ${command.className}`;
    case 'change-split-rules':
      return 'changed the split';
    case 'clear-pictures':
      return 'removed all pictures';
    // None of these is ever undone.
    case 'add-skipped':
    case 'dismiss-skipped':
    case 'lose-samples':
    case 'change-settings':
    case 'use-backbone':
    case 'add-run':
    case 'annotate-run':
    case 'remove-run':
      return 'last change';
  }
}
