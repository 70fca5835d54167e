package handgrad.jmh;

/**
 * What a kernel of {@link KernelBenchmark} has to do.
 *
 * @param flop operations
 * @param bytes of the arrays that it reads plus those that it writes
 */
record KernelWork(double flop, double bytes) {
    /** Operations for each byte. */
    double intensity() {
        return flop / bytes;
    }

    /** The work of a kernel, by its method; operations for an element are counted in its source. */
    static KernelWork of(String method, KernelOperands.Size size) {
        int n = size.rows * size.features;
        int logits = n / KernelOperands.CLASSES * KernelOperands.CLASSES;
        return switch (method) {
            case "add" -> elementwise(n, 1, 3);
            case "relu" -> elementwise(n, 1, 2);
            case "exp" -> elementwise(n, 21, 2);
            case "tanh" -> elementwise(n, 36, 2);
            case "tanhBackward" -> elementwise(n, 3, 3);
            case "sum", "columnSums", "embeddingBackward" -> elementwise(n, 1, 1);
            case "sgd" -> elementwise(n, 2, 3);
            case "adam" -> elementwise(n, 14, 7);
            case "batchNormForward" -> elementwise(n, 8, 3);
            case "batchNormBackward" -> elementwise(n, 7, 3);
            case "softmax" -> elementwise(logits, 25, 2);
            case "softmaxBackward" -> elementwise(logits, 1, 2);
            case "matmul", "matmulJava" -> {
                double m = size.rows;
                double k = size.inputs;
                double features = size.features;
                yield new KernelWork(2 * m * k * features, Float.BYTES * (m * k + k * features + m * features));
            }
            default -> throw new IllegalArgumentException("unknown kernel " + method);
        };
    }

    private static KernelWork elementwise(int n, double flopEach, int arrays) {
        return new KernelWork(n * flopEach, (double) n * arrays * Float.BYTES);
    }
}
