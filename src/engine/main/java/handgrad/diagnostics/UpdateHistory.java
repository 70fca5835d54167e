package handgrad.diagnostics;

import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The update-to-data ratios of each weight at the steps that were sampled. */
final class UpdateHistory {
    private final List<String> names;
    private List<Integer> steps = new ArrayList<>();
    private List<double[]> log10 = new ArrayList<>();

    UpdateHistory(List<String> names) {
        this.names = names;
    }

    void add(int step, double[] updateToData) {
        steps.add(step);
        double[] row = new double[updateToData.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = Math.log10(updateToData[i]);
        }
        log10.add(row);
    }

    /** A copy. */
    UpdateRatios ratios() {
        return new UpdateRatios(names, List.copyOf(steps), List.copyOf(log10));
    }

    /** Carries its own fields. */
    void fields(StateFields fields) {
        int[] own = steps.stream().mapToInt(step -> step).toArray();
        int[] sampled = fields.tensor("steps", Tensor.of(own, own.length), StateFields.ANY)
                .ints();
        int columns = names.size();
        double[] flat = new double[own.length * columns];
        for (int row = 0; row < own.length; row++) {
            System.arraycopy(log10.get(row), 0, flat, row * columns, columns);
        }
        double[] ratios = fields.tensor("ratios", Tensor.of(flat, own.length, columns), sampled.length, columns)
                .doubles();
        steps = new ArrayList<>(Arrays.stream(sampled).boxed().toList());
        log10 = new ArrayList<>();
        for (int row = 0; row < sampled.length; row++) {
            log10.add(Arrays.copyOfRange(ratios, row * columns, (row + 1) * columns));
        }
    }
}
