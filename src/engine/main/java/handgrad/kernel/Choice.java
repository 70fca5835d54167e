package handgrad.kernel;

/** Elements of one of two arrays of one type, chosen one by one. */
public final class Choice {
    private Choice() {}

    /**
     * out[i] = chosen[i] ? a[aPlaces[i]] : b[bPlaces[i]] for i below the length of chosen.
     *
     * @param a float[], double[] or int[], as b and out
     */
    public static void where(boolean[] chosen, Object a, int[] aPlaces, Object b, int[] bPlaces, Object out) {
        switch (out) {
            case float[] target -> {
                float[] x = (float[]) a;
                float[] y = (float[]) b;
                for (int i = 0; i < chosen.length; i++) {
                    target[i] = chosen[i] ? x[aPlaces[i]] : y[bPlaces[i]];
                }
            }
            case double[] target -> {
                double[] x = (double[]) a;
                double[] y = (double[]) b;
                for (int i = 0; i < chosen.length; i++) {
                    target[i] = chosen[i] ? x[aPlaces[i]] : y[bPlaces[i]];
                }
            }
            default -> {
                int[] target = (int[]) out;
                int[] x = (int[]) a;
                int[] y = (int[]) b;
                for (int i = 0; i < chosen.length; i++) {
                    target[i] = chosen[i] ? x[aPlaces[i]] : y[bPlaces[i]];
                }
            }
        }
    }
}
