// Clipping by the norm of the whole gradient (1211.5063).

/** What the gradient is multiplied by so that its norm is at most `clip`; 1 where it is, and where `clip` is 0. */
export const clipScale = (norm: number, clip: number): number => (clip > 0 && norm > clip ? clip / norm : 1);
