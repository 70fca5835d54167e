package handgrad.kernel.conv;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The definition of {@link Convolution} in float64, followed literally. */
final class ScalarConvolution {
    private ScalarConvolution() {}

    static void forward(
            double[] x,
            int batch,
            int inChannels,
            int height,
            int width,
            double[] weight,
            double @Nullable [] bias,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            double[] out) {
        int outHeight = Convolution.outSize(height, kernel, stride, padding);
        int outWidth = Convolution.outSize(width, kernel, stride, padding);
        for (int at = 0; at < batch * outChannels * outHeight * outWidth; at++) {
            out[at] = bias == null ? 0 : bias[at / (outHeight * outWidth) % outChannels];
        }
        visit(
                batch,
                inChannels,
                height,
                width,
                outChannels,
                kernel,
                stride,
                padding,
                (in, w, at) -> out[at] += weight[w] * x[in]);
    }

    static void backwardParameters(
            double[] x,
            int batch,
            int inChannels,
            int height,
            int width,
            double[] dOut,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            double[] dWeight,
            double @Nullable [] dBias) {
        visit(
                batch,
                inChannels,
                height,
                width,
                outChannels,
                kernel,
                stride,
                padding,
                (in, w, at) -> dWeight[w] += x[in] * dOut[at]);
        if (dBias != null) {
            int area = Convolution.outSize(height, kernel, stride, padding)
                    * Convolution.outSize(width, kernel, stride, padding);
            for (int at = 0; at < batch * outChannels * area; at++) {
                dBias[at / area % outChannels] += dOut[at];
            }
        }
    }

    static void backwardInput(
            double[] dOut,
            int batch,
            int inChannels,
            int height,
            int width,
            double[] weight,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            double[] dX) {
        Arrays.fill(dX, 0, batch * inChannels * height * width, 0);
        visit(
                batch,
                inChannels,
                height,
                width,
                outChannels,
                kernel,
                stride,
                padding,
                (in, w, at) -> dX[in] += weight[w] * dOut[at]);
    }

    /** A product of the sum, by the places of its factors and of its result. */
    private interface Term {
        void add(int in, int weight, int out);
    }

    private static void visit(
            int batch,
            int inChannels,
            int height,
            int width,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            Term term) {
        int outHeight = Convolution.outSize(height, kernel, stride, padding);
        int outWidth = Convolution.outSize(width, kernel, stride, padding);
        int out = 0;
        for (int n = 0; n < batch; n++) {
            for (int o = 0; o < outChannels; o++) {
                for (int y = 0; y < outHeight; y++) {
                    for (int z = 0; z < outWidth; z++, out++) {
                        for (int tap = 0; tap < inChannels * kernel * kernel; tap++) {
                            int c = tap / (kernel * kernel);
                            int row = y * stride + tap / kernel % kernel - padding;
                            int column = z * stride + tap % kernel - padding;
                            if (row >= 0 && row < height && column >= 0 && column < width) {
                                int in = ((n * inChannels + c) * height + row) * width + column;
                                term.add(in, tap * outChannels + o, out);
                            }
                        }
                    }
                }
            }
        }
    }
}
