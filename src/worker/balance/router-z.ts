// Router z-loss (ST-MoE 2202.08906 eq. 5): mean over tokens of logsumexp(router logits)², coefficient 0.001.
import { logSumExp } from '../engine/kernels.ts';
import { tf } from '../engine/tf.ts';
import type { LayerLoss } from './objective.ts';

export const routerZ: LayerLoss = ({ logits }) => tf.mean(tf.square(logSumExp(logits)));
