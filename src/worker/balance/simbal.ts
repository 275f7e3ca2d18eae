// SimBal (2506.14038 eq. 5): ‖RᵀR − I‖₁, the sum of the absolute values of all E² entries, coefficient 0.1. It sees the router
// alone, never a token: 2·D·E² operations a layer.
import { sumAbsolute } from '../engine/kernels.ts';
import { matMul, tf } from '../engine/tf.ts';
import type { LayerLoss } from './objective.ts';

export const simbal: LayerLoss = ({ router, experts }) =>
  sumAbsolute(tf.sub(matMul(router, router, true, false), tf.eye(experts)));
