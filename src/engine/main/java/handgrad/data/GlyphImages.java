package handgrad.data;

import handgrad.random.TorchRandom;
import handgrad.tensor.Shape;

/**
 * Grey images of the ten digits, 28 x 28 like those of MNIST, made by this program: a data set where there is no file.
 * Each is a bitmap of 5 x 7 cells that is turned, scaled, moved and dimmed by chance, then put under noise. Easier than
 * handwriting, but not separable by single pixels.
 */
public final class GlyphImages {
    private static final int SIDE = 28;
    private static final int COLUMNS = 5;
    private static final int ROWS = 7;

    /** Rows of the digits 0 to 9, from the top. */
    private static final String[] BITMAPS = {
        ".###. #...# #..## #.#.# ##..# #...# .###.",
        "..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.",
        ".###. #...# ....# ...#. ..#.. .#... #####",
        "####. ....# ....# .###. ....# ....# ####.",
        "...#. ..##. .#.#. #..#. ##### ...#. ...#.",
        "##### #.... ####. ....# ....# #...# .###.",
        "..##. .#... #.... ####. #...# #...# .###.",
        "##### ....# ...#. ..#.. .#... .#... .#...",
        ".###. #...# #...# .###. #...# #...# .###.",
        ".###. #...# #...# .#### ....# ...#. .##.."
    };

    /** The largest turn to either side in radians, about 17 degrees. */
    private static final float TURN = 0.3f;

    /** The smallest and largest size of a cell in pixels. */
    private static final float SMALLEST_CELL = 2.2f;

    private static final float LARGEST_CELL = 3.4f;

    /** The largest move along each axis in pixels. */
    private static final float MOVE = 3;

    /** The smallest brightness of a digit, of 1. */
    private static final float DIMMEST = 0.5f;

    /** The deviation of the noise on each pixel, where white is 1. */
    private static final float NOISE = 0.15f;

    private GlyphImages() {}

    /** As many images to learn from and to judge by as asked for, drawn one after the other. */
    public static ImageSplit split(int train, int test, TorchRandom random) {
        return new ImageSplit(draw(train, random), draw(test, random));
    }

    private static ImageDataset draw(int count, TorchRandom random) {
        byte[] pixels = new byte[Shape.of("GlyphImages", count, SIDE, SIDE).elements()];
        int[] labels = new int[count];
        float[] chance = new float[5];
        float[] noise = new float[SIDE * SIDE];
        for (int n = 0; n < count; n++) {
            labels[n] = random.randint(BITMAPS.length);
            random.rand(chance);
            random.randn(noise);
            double angle = TURN * (2 * chance[0] - 1);
            double cell = SMALLEST_CELL + (LARGEST_CELL - SMALLEST_CELL) * chance[1];
            double centerX = (SIDE - 1) / 2.0 + MOVE * (2 * chance[2] - 1);
            double centerY = (SIDE - 1) / 2.0 + MOVE * (2 * chance[3] - 1);
            double brightness = DIMMEST + (1 - DIMMEST) * chance[4];
            for (int at = 0; at < SIDE * SIDE; at++) {
                int pixelRow = at / SIDE;
                double x = at % SIDE - centerX;
                double y = pixelRow - centerY;
                double column = (StrictMath.cos(angle) * x + StrictMath.sin(angle) * y) / cell + (COLUMNS - 1) / 2.0;
                double row = (StrictMath.cos(angle) * y - StrictMath.sin(angle) * x) / cell + (ROWS - 1) / 2.0;
                double value = brightness * ink(labels[n], row, column) + NOISE * noise[at];
                pixels[n * SIDE * SIDE + at] = (byte) Math.clamp(Math.round(255 * value), 0, 255);
            }
        }
        return new ImageDataset(1, SIDE, SIDE, pixels, labels, BITMAPS.length);
    }

    /** The bitmap between its cells: the mean of the four around a point, weighted by how near they are. */
    private static double ink(int digit, double row, double column) {
        int top = (int) Math.floor(row);
        int left = (int) Math.floor(column);
        double down = row - top;
        double right = column - left;
        return (1 - down) * ((1 - right) * cell(digit, top, left) + right * cell(digit, top, left + 1))
                + down * ((1 - right) * cell(digit, top + 1, left) + right * cell(digit, top + 1, left + 1));
    }

    private static int cell(int digit, int row, int column) {
        boolean inside = row >= 0 && row < ROWS && column >= 0 && column < COLUMNS;
        return inside && BITMAPS[digit].charAt(row * (COLUMNS + 1) + column) == '#' ? 1 : 0;
    }
}
