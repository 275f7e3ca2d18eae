// The door of conversion: out to transformers, and in from it. It does nothing itself.
export { type ExportOptions, exportCheckpoint } from './export-checkpoint.ts';
export { type ImportOptions, importModel } from './import-model.ts';
