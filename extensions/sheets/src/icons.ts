/** The icons of the tools of a sheet. */
import { icon } from '@openpaas/base';
import bold from 'lucide-static/icons/bold.svg';
import filter from 'lucide-static/icons/list-filter.svg';
import italic from 'lucide-static/icons/italic.svg';
import less from 'lucide-static/icons/decimals-arrow-left.svg';
import more from 'lucide-static/icons/decimals-arrow-right.svg';
import percent from 'lucide-static/icons/percent.svg';
import euro from 'lucide-static/icons/euro.svg';
import next from 'lucide-static/icons/chevron-down.svg';
import previous from 'lucide-static/icons/chevron-up.svg';
import redo from 'lucide-static/icons/redo-2.svg';
import undo from 'lucide-static/icons/undo-2.svg';

export const boldIcon = icon('bold', bold);
export const euroIcon = icon('euro', euro);
export const filterIcon = icon('list-filter', filter);
export const italicIcon = icon('italic', italic);
export const lessIcon = icon('decimals-less', less);
export const moreIcon = icon('decimals-more', more);
export const percentIcon = icon('percent', percent);
export const nextIcon = icon('next', next);
export const previousIcon = icon('previous', previous);
export const redoIcon = icon('redo', redo);
export const undoIcon = icon('undo', undo);
