import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import { joinClasses } from '../join-classes';
import styles from './button.module.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style'> {
  /** One primary button a column at most. */
  readonly look?: 'primary' | 'normal' | 'quiet' | 'danger';
  readonly small?: boolean;
  readonly className?: string;
}

export function Button({ look = 'normal', small = false, className, ...props }: ButtonProps) {
  return <AriaButton {...props} className={joinClasses(styles['button'], styles[look], small && styles['small'], className)} />;
}
