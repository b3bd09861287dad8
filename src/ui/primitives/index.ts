export { Button, type ButtonProps } from './button';
export { Chip, type ChipProps } from './chip';
export { ClassSwatch, type ClassSwatchProps } from './class-swatch';
export { Dialog, type DialogProps } from './dialog';
export { ErrorNote, type ErrorNoteProps } from './error-note';
export { Field, type FieldControlProps, type FieldProps } from './field';
export { IconButton, type IconButtonProps } from './icon-button';
export { Panel, type PanelProps } from './panel';
export { ProgressBar, type ProgressBarProps } from './progress-bar';
