package handgrad.check.registry;

import handgrad.check.TensorFunction;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Recurrent layers by their definition: sequence by sequence, step by step, number by number. */
enum RecurrenceDefinition {
    /** h = tanh(a + p). */
    RNN(1) {
        @Override
        void step(double[] a, double[] h, Product p) {
            double[] before = h.clone();
            for (int j = 0; j < h.length; j++) {
                h[j] = Math.tanh(a[j] + p.of(before, j));
            }
        }
    },
    /** r = σ(a_r + p_r), z = σ(a_z + p_z), n = tanh(a_n + r ∘ p_n), h = (1 - z) ∘ n + z ∘ h. */
    GRU(3) {
        @Override
        void step(double[] a, double[] h, Product p) {
            int hidden = h.length;
            double[] before = h.clone();
            for (int j = 0; j < hidden; j++) {
                double r = sigmoid(a[j] + p.of(before, j));
                double z = sigmoid(a[hidden + j] + p.of(before, hidden + j));
                double n = Math.tanh(a[2 * hidden + j] + r * p.of(before, 2 * hidden + j));
                h[j] = (1 - z) * n + z * before[j];
            }
        }
    },
    /** z = σ(a_z + p_z), r = σ(a_r + p_r), h̄ = tanh(a_h + (r ∘ h) · U_h), h = (1 - z) ∘ h + z ∘ h̄. */
    MAKEMORE_GRU(3) {
        @Override
        void step(double[] a, double[] h, Product p) {
            int hidden = h.length;
            double[] before = h.clone();
            double[] reset = new double[hidden];
            for (int j = 0; j < hidden; j++) {
                reset[j] = sigmoid(a[hidden + j] + p.of(before, hidden + j)) * before[j];
            }
            for (int j = 0; j < hidden; j++) {
                double z = sigmoid(a[j] + p.of(before, j));
                h[j] = (1 - z) * before[j] + z * Math.tanh(a[2 * hidden + j] + p.of(reset, 2 * hidden + j));
            }
        }
    },
    /** [i, f, g, o] = [σ, σ, tanh, σ](a + p), c = f ∘ c + i ∘ g, h = o ∘ tanh c; the cell stands behind h. */
    LSTM(4) {
        @Override
        void step(double[] a, double[] h, Product p) {
            int hidden = h.length / 2;
            double[] before = h.clone();
            for (int j = 0; j < hidden; j++) {
                double i = sigmoid(a[j] + p.of(before, j));
                double f = sigmoid(a[hidden + j] + p.of(before, hidden + j));
                double g = Math.tanh(a[2 * hidden + j] + p.of(before, 2 * hidden + j));
                double o = sigmoid(a[3 * hidden + j] + p.of(before, 3 * hidden + j));
                h[hidden + j] = f * before[hidden + j] + i * g;
                h[j] = o * Math.tanh(h[hidden + j]);
            }
        }
    };

    /** How wide the gates are, in states. */
    final int gates;

    RecurrenceDefinition(int gates) {
        this.gates = gates;
    }

    /** The product of a state and the recurrent weight, + bias. */
    record Product(Tensor weight, @Nullable Tensor bias) {
        double of(double[] h, int column) {
            double sum = bias == null ? 0 : bias.get(column);
            for (int k = 0; k < weight.size(0); k++) {
                sum += h[k] * weight.get(k, column);
            }
            return sum;
        }
    }

    /** Changes the state h by a step with the input's part a of the gates. */
    abstract void step(double[] a, double[] h, Product p);

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /**
     * All steps.
     *
     * @param gates (N, T, gates·hidden)
     * @param weight (hidden, gates·hidden)
     * @param states each (N or 1, …, hidden): the state and, where there is one, the cell; null for zeros
     * @return (N, T, hidden)
     */
    Tensor outputs(Tensor gates, Tensor weight, @Nullable Tensor bias, @Nullable Tensor... states) {
        int hidden = weight.size(0);
        int width = hidden * states.length;
        var product = new Product(weight, bias);
        var out = Tensor.zeros(gates.dtype(), Shape.of(gates.size(0), gates.size(1), hidden));
        for (int n = 0; n < gates.size(0); n++) {
            double[] h = new double[width];
            for (int j = 0; j < width; j++) {
                var state = states[j / hidden];
                if (state != null) {
                    h[j] = state.getFlat((state.size(0) == 1 ? 0 : n * hidden) + j % hidden);
                }
            }
            for (int t = 0; t < gates.size(1); t++) {
                double[] a = new double[gates.size(2)];
                for (int j = 0; j < a.length; j++) {
                    a[j] = gates.get(n, t, j);
                }
                step(a, h, product);
                for (int j = 0; j < hidden; j++) {
                    out.set(h[j], n, t, j);
                }
            }
        }
        return out;
    }

    /** A definition whose results are at most 1, from T steps, each of sums of so many terms as a weight has rows. */
    static Definition bounded(TensorFunction function, int terms) {
        return new Definition(function, _ -> terms, x -> {
            var out = function.apply(x);
            return out.fill(1);
        });
    }
}
