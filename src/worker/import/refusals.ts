// How an import says no.
import { LabError } from '../../shared/errors.ts';

export function refuse(path: string, what: string, remedy: string, value?: string): LabError {
  return new LabError('request', `${path} ${what}.`, { field: path, remedy, ...(value !== undefined && { value }) });
}

export const stopped = (path: string): LabError =>
  new LabError('request', `The import of ${path} was stopped; nothing of it is kept.`, { field: path });

export const tooManyNumbers = (path: string, most: number): LabError =>
  refuse(
    path,
    `holds more than ${most.toLocaleString('en')} numbers, the most that one import takes`,
    'Export fewer columns, or thin the curves out.',
  );
