package handgrad.page;

import java.util.List;

/** A part of a section. */
public sealed interface Block {
    /** What a sentence says of the numbers that it was made from. */
    enum Verdict {
        NONE,
        GOOD,
        BAD
    }

    /** A plain sentence, marked as good or bad where it judges. */
    record Sentence(Verdict verdict, String text) implements Block {
        public static Sentence plain(String text) {
            return new Sentence(Verdict.NONE, text);
        }

        /** A judgement: {@code good} picks the mark. */
        public static Sentence judged(boolean good, String text) {
            return new Sentence(good ? Verdict.GOOD : Verdict.BAD, text);
        }
    }

    /** A table of texts. The first column names its row. */
    record Table(String caption, List<String> columns, List<List<String>> rows) implements Block {
        public Table {
            columns = List.copyOf(columns);
            rows = List.copyOf(rows);
            for (var row : rows) {
                if (row.size() != columns.size()) {
                    throw new IllegalArgumentException("table " + caption + ": a row has " + row.size() + " cells for "
                            + columns.size() + " columns");
                }
            }
        }
    }

    /**
     * A chart of one picture, or of several that a slider steps through.
     *
     * @param description what is seen, for who cannot see it
     */
    record Chart(String title, String description, Axis x, Axis y, List<Frame> frames) implements Block {
        public Chart {
            frames = List.copyOf(frames);
            if (!y.names.isEmpty()) {
                throw new IllegalArgumentException("chart " + title + ": only the x axis can have names");
            }
        }

        /** A chart with linear axes. */
        public Chart(String title, String description, String xLabel, String yLabel, List<Frame> frames) {
            this(title, description, Axis.of(xLabel), Axis.of(yLabel), frames);
        }

        /** A chart of one picture. */
        public static Chart of(String title, String description, String xLabel, String yLabel, List<Series> series) {
            return new Chart(title, description, xLabel, yLabel, List.of(new Frame("", series)));
        }
    }

    /**
     * An axis of a chart.
     *
     * @param logarithmic whether equal distances are equal ratios; what is not above 0 is left out
     * @param names what stands at 0, 1, 2 and so on in place of these numbers; or empty
     */
    record Axis(String label, boolean logarithmic, List<String> names) {
        public Axis {
            names = List.copyOf(names);
        }

        /** A linear axis. */
        public static Axis of(String label) {
            return new Axis(label, false, List.of());
        }

        /** An axis on which equal distances are equal ratios. */
        public static Axis logarithmic(String label) {
            return new Axis(label, true, List.of());
        }

        /** An axis of things that have no order. */
        public static Axis ofNames(String label, List<String> names) {
            return new Axis(label, false, names);
        }
    }

    /** One picture of a chart. */
    record Frame(String label, List<Series> series) {
        public Frame {
            series = List.copyOf(series);
        }
    }

    /** How a series is drawn. */
    enum Style {
        LINE,
        /** A thin dashed line to compare with; it has no colour of its own. */
        REFERENCE,
        POINTS,
        /** A bar around each x, up to its y. */
        BARS,
        /** The letter of each point in its place. */
        LETTERS
    }

    /**
     * Points in a chart.
     *
     * @param x ascending
     * @param y as many as {@code x}; NaN is a gap
     * @param letters the letter of each point, or a few, for {@link Style#LETTERS}; else empty
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Series(String label, Style style, double[] x, double[] y, List<String> letters) {
        public Series {
            letters = List.copyOf(letters);
            if (x.length != y.length) {
                throw new IllegalArgumentException(
                        "series " + label + ": " + x.length + " values of x and " + y.length + " of y");
            }
            for (int i = 1; i < x.length; i++) {
                if (!(x[i - 1] <= x[i])) {
                    throw new IllegalArgumentException(
                            "series " + label + ": x must ascend, but " + x[i] + " follows " + x[i - 1]);
                }
            }
        }

        /** A series without letters. */
        public Series(String label, Style style, double[] x, double[] y) {
            this(label, style, x, y, List.of());
        }
    }

    /**
     * Rows of numbers as a grey image, the least black and the greatest white.
     *
     * @param columnLetters a letter under each column, or a few; or empty
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Image(String title, String description, int rows, int columns, float[] values, List<String> columnLetters)
            implements Block {
        public Image {
            columnLetters = List.copyOf(columnLetters);
            if (values.length != rows * columns) {
                throw new IllegalArgumentException(
                        "image " + title + ": " + values.length + " values for " + rows + " x " + columns);
            }
        }
    }

    /**
     * A bar for each row, on a logarithmic scale that begins at 1.
     *
     * @param description what is seen, for who cannot see it
     */
    record LogBars(String title, String description, List<Bar> bars) implements Block {
        public LogBars {
            bars = List.copyOf(bars);
        }
    }

    /** A bar, and its value as it is to be read. */
    record Bar(String label, double value, String text) {}

    /**
     * Heights over a plane as bands, and paths over it: each from a dot to a ring.
     *
     * @param description what is seen, for who cannot see it
     * @param xRange the least and the greatest x
     * @param yRange the least and the greatest y
     * @param rows how many rows of heights there are, the greatest y first
     * @param heights each row from the least x to the greatest; a band is as high as 1
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Landscape(
            String title,
            String description,
            String xLabel,
            String yLabel,
            Range xRange,
            Range yRange,
            int rows,
            double[] heights,
            List<Path> paths)
            implements Block {
        public Landscape {
            paths = List.copyOf(paths);
            if (rows < 1 || heights.length % rows != 0) {
                throw new IllegalArgumentException(
                        "landscape " + title + ": " + heights.length + " heights in " + rows + " rows");
            }
        }
    }

    /** From the least value to the greatest. */
    record Range(double least, double greatest) {}

    /** Points one after the other, in any direction. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Path(String label, double[] x, double[] y) {
        public Path {
            if (x.length != y.length) {
                throw new IllegalArgumentException(
                        "path " + label + ": " + x.length + " values of x and " + y.length + " of y");
            }
        }
    }

    /** Words, each with a mark such as where it is from. */
    record Words(List<Word> words) implements Block {
        public Words {
            words = List.copyOf(words);
        }
    }

    /** A word and its mark. */
    record Word(String text, String mark) {}

    /**
     * A text whose parts are shaded, one after the other as they are read.
     *
     * @param description what is seen, for who cannot see it
     */
    record ShadedText(String title, String description, List<Shade> parts) implements Block {
        public ShadedText {
            parts = List.copyOf(parts);
        }
    }

    /**
     * A part of a text, and how strongly it is shaded.
     *
     * @param strength from 0, not at all, to 1
     * @param note what is shown where it is pointed at
     */
    record Shade(String text, double strength, String note) {}

    /** A command to be copied. */
    record Command(String text) implements Block {}
}
