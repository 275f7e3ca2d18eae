// Errors as data: what was wrong, where, with which value, and what to do. They cross process boundaries unchanged.

/** What kind of fault this is; a closed list, so that a caller can act on it. */
export type ErrorCode =
  | 'configuration'
  | 'corpus'
  | 'checkpoint'
  | 'store'
  | 'engine'
  | 'not-finite'
  | 'worker'
  | 'not-found'
  | 'request'
  | 'internal';

export interface ErrorEvidence {
  /** Where: a configuration field ("model.experts"), a file path, a tensor name. */
  field?: string;
  /** The offending value, as text. */
  value?: string;
  /** The one next action. */
  remedy?: string;
}

export interface ErrorData extends ErrorEvidence {
  code: ErrorCode;
  message: string;
}

export class LabError extends Error {
  override name = 'LabError';
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly value: string | undefined;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, message: string, evidence: ErrorEvidence = {}) {
    super(message);
    this.code = code;
    this.field = evidence.field;
    this.value = evidence.value;
    this.remedy = evidence.remedy;
  }

  toJSON(): ErrorData {
    const { code, message, field, value, remedy } = this;
    return { code, message, ...(field && { field }), ...(value && { value }), ...(remedy && { remedy }) };
  }

  static fromJSON(data: ErrorData): LabError {
    return new LabError(data.code, data.message, data);
  }

  /** Any thrown value as a LabError; what is not one of ours becomes 'internal' with its message alone. */
  static from(thrown: unknown): LabError {
    if (thrown instanceof LabError) return thrown;
    return new LabError('internal', thrown instanceof Error ? thrown.message : String(thrown));
  }
}

const usualActions: Readonly<Record<ErrorCode, string>> = {
  configuration: 'Correct that value and try again.',
  corpus: 'Look at the text and its path, then add the corpus again.',
  checkpoint: 'It was left as it is. Look at the path, or take an earlier checkpoint or another copy.',
  store: 'Nothing was changed. Look at the disk and the folder, then open the lab again.',
  engine: 'Try again with the engine onnx-cpu, which runs everywhere.',
  'not-finite': 'Go on from the last checkpoint with a smaller training.learningRate.',
  worker: 'Try again: what was finished before is kept.',
  'not-found': 'Look at the list of what there is; it may have been removed meanwhile.',
  request: 'Correct that and try again; nothing was changed.',
  internal: 'Try again. If it happens again it is a fault of the lab: report it with these words.',
};

/** The one next action: the error's own, or that of its kind. No error is shown without. */
export const nextAction = ({ code, remedy }: Pick<ErrorData, 'code' | 'remedy'>): string =>
  remedy ?? usualActions[code];
