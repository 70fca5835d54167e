package handgrad.app.diagram;

import handgrad.app.diagram.Figure.Point;
import java.util.ArrayList;
import java.util.List;

/**
 * Bands in their order on a page, one below the other in columns or side by side in rows, as large as the page allows.
 *
 * @param scale how much the bands are enlarged
 * @param corners the upper left corner of each, on the page
 */
record Packing(double scale, List<Point> corners) {
    private static final double GUTTER = 3;
    private static final double LARGEST_SCALE = 3;

    /** The better of columns and rows on a page of this size. */
    static Packing of(List<BandLayout> bands, double width, double height) {
        var columns = largest(bands, width, height, false);
        var rows = largest(bands, width, height, true);
        return columns.scale >= rows.scale ? columns : rows;
    }

    /** The largest scale at which everything fits. */
    private static Packing largest(List<BandLayout> bands, double width, double height, boolean inRows) {
        double fits = 0;
        double fails = LARGEST_SCALE;
        while (fails - fits > 1e-5) {
            double middle = (fits + fails) / 2;
            if (fits(lines(bands, width / middle, height / middle, inRows), width / middle, height / middle, inRows)) {
                fits = middle;
            } else {
                fails = middle;
            }
        }
        var lines = lines(bands, width / fits, height / fits, inRows);
        return new Packing(fits, corners(lines, fits, width, height, inRows));
    }

    /**
     * The bands in lines no longer than the page, cut where the lines together are narrowest. A band that is longer has
     * a line of its own.
     */
    private static List<List<BandLayout>> lines(List<BandLayout> bands, double width, double height, boolean inRows) {
        double room = inRows ? width : height;
        int count = bands.size();
        // Of the bands from each on: how wide their lines are together, and where the second line begins.
        double[] across = new double[count + 1];
        int[] next = new int[count];
        for (int first = count - 1; first >= 0; first--) {
            across[first] = Double.POSITIVE_INFINITY;
            for (int end = first + 1; end <= count; end++) {
                var line = bands.subList(first, end);
                if (end > first + 1 && length(line, inRows) > room) {
                    break;
                }
                double together = breadth(line, inRows) + (end < count ? GUTTER + across[end] : 0);
                if (together < across[first]) {
                    across[first] = together;
                    next[first] = end;
                }
            }
        }
        var lines = new ArrayList<List<BandLayout>>();
        for (int first = 0; first < count; first = next[first]) {
            lines.add(bands.subList(first, next[first]));
        }
        return lines;
    }

    private static boolean fits(List<List<BandLayout>> lines, double width, double height, boolean inRows) {
        double room = inRows ? width : height;
        double across = GUTTER * (lines.size() - 1);
        for (var line : lines) {
            across += breadth(line, inRows);
        }
        return across <= (inRows ? height : width) && lines.stream().allMatch(line -> length(line, inRows) <= room);
    }

    /** The corners: each line in the middle of the page; what is left across it goes between the lines. */
    private static List<Point> corners(
            List<List<BandLayout>> lines, double scale, double width, double height, boolean inRows) {
        double room = inRows ? width : height;
        double across = inRows ? height : width;
        double used = lines.stream()
                .mapToDouble(line -> breadth(line, inRows) * scale)
                .sum();
        double gap = lines.size() == 1 ? 0 : Math.min(8 * GUTTER, (across - used) / (lines.size() - 1));
        double start = (across - used - gap * (lines.size() - 1)) / 2;
        var corners = new ArrayList<Point>();
        for (var line : lines) {
            double at = Math.max(0, room - length(line, inRows) * scale) / 2;
            for (var band : line) {
                corners.add(inRows ? new Point(at, start) : new Point(start, at));
                at += (length(band, inRows) + GUTTER) * scale;
            }
            start += breadth(line, inRows) * scale + gap;
        }
        return corners;
    }

    private static double length(BandLayout band, boolean inRows) {
        return inRows ? band.width() : band.height();
    }

    private static double length(List<BandLayout> line, boolean inRows) {
        return line.stream().mapToDouble(band -> length(band, inRows)).sum() + GUTTER * (line.size() - 1);
    }

    private static double breadth(List<BandLayout> line, boolean inRows) {
        return line.stream()
                .mapToDouble(band -> inRows ? band.height() : band.width())
                .max()
                .orElseThrow();
    }
}
