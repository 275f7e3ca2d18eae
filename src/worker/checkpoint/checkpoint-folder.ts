// The checkpoint: a folder `step-00000300` that holds all a run needs to go on exactly where it was.
//
//   model.safetensors      weights by their names in parameterSpecifications, and buffers such as layers.0.router.bias
//   optimizer.safetensors  firstMoment/<name> and secondMoment/<name> of every weight
//   state.json             step, configuration with its seeds, hashes of both files and of itself
//
// It appears under its name only when it is complete and on the disk. This file is the folder's door; it does nothing.
export type { CheckpointState } from './checkpoint-state.ts';
export { type FoundCheckpoint, latestCheckpoint, listCheckpoints } from './folder-names.ts';
export { type Checkpoint, openCheckpoint } from './open-checkpoint.ts';
export { type CheckpointContent, writeCheckpoint } from './write-checkpoint.ts';
