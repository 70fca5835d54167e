package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class CsvTableTest {
    private static final TableOptions PRICE = TableOptions.regression("price");
    private static final TableOptions ALL_IN_TOWN = PRICE.withCategories("town");

    @TempDir
    private Path folder;

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("table.csv"), text);
    }

    private CsvTable table(String text) throws IOException {
        return CsvTable.read(write(text));
    }

    /** Every row for train. */
    private TableSplit all(String text, TableOptions options) throws IOException {
        return table(text).split(options, 1, 0, 7);
    }

    private void assertUnreadable(String text, CsvOptions options, String problem) throws IOException {
        var file = write(text);
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> CsvTable.read(file, options))
                .withMessage(file + ": " + problem);
    }

    private void assertRefused(String text, TableOptions options, String problem) throws IOException {
        var table = table(text);
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> table.split(options, 1, 0, 7))
                .withMessage(folder.resolve("table.csv") + ": " + problem);
    }

    @Test
    void numbers_are_standardised_and_the_target_stays() throws IOException {
        var split = all("rooms,price,area\n1,100,-1e1\n3,300.5,10\n", PRICE);
        assertThat(split.encoding().features()).containsExactly("rooms", "area");
        assertThat(split.train().x()).isEqualTo(Tensor.of(new float[] {-1, -1, 1, 1}, 2, 2));
        assertThat(split.train().y()).isEqualTo(Tensor.of(new float[] {100, 300.5f}, 2, 1));
        assertThat(split.encoding().mean("rooms")).isEqualTo(2);
        assertThat(split.encoding().deviation("area")).isEqualTo(10);
        assertThat(split.dev().size()).isZero();
        assertThat(split.encoding().classes()).isEmpty();
        var raw = all("rooms,price,area\n1,100,-1e1\n3,300.5,10\n", PRICE.withStandardized(false));
        assertThat(raw.train().x()).isEqualTo(Tensor.of(new float[] {1, -10, 3, 10}, 2, 2));
    }

    @Test
    void categories_and_classes_are_numbered_as_train_has_them() throws IOException {
        var text = "town,size,kind\nRom,1,b\n\"Ulm, Donau\",2,a\nRom,3,b\n";
        var options = TableOptions.classification("kind").withCategories("town").without("size");
        var split = all(text, options);
        assertThat(split.encoding().features()).containsExactly("town=Rom", "town=Ulm, Donau");
        assertThat(split.train().x()).isEqualTo(Tensor.of(new float[] {1, 0, 0, 1, 1, 0}, 3, 2));
        assertThat(split.train().y()).isEqualTo(Tensor.of(new int[] {0, 1, 0}, 3));
        assertThat(split.encoding().classes()).containsExactly("b", "a");
        var indices = all(text, options.withIndices(true));
        assertThat(indices.encoding().features()).containsExactly("town");
        assertThat(indices.train().x()).isEqualTo(Tensor.of(new float[] {0, 1, 0}, 3, 1));
    }

    @Test
    void the_parts_follow_from_the_seed_and_train_alone_decides_the_numbers() throws IOException {
        var text = new StringBuilder("n,price\n");
        IntStream.range(0, 20)
                .forEach(i -> text.append(i * i).append(',').append(i).append('\n'));
        var split = table(text.toString()).split(PRICE, 0.5, 0.25, 42);
        int[] order = TorchRandom.seeded(42).randperm(20);
        int[] train = Arrays.stream(order, 0, 10).sorted().toArray();
        int[] dev = Arrays.stream(order, 10, 15).sorted().toArray();
        assertThat(split.train().y().floats()).containsExactly(toFloats(train));
        assertThat(split.dev().y().floats()).containsExactly(toFloats(dev));
        assertThat(split.test().size()).isEqualTo(5);
        double mean = Arrays.stream(train).mapToDouble(i -> i * i).average().orElseThrow();
        double variance = Arrays.stream(train)
                .mapToDouble(i -> (i * i - mean) * (i * i - mean))
                .average()
                .orElseThrow();
        assertThat(split.encoding().mean("n")).isEqualTo(mean, within(1e-12));
        assertThat((double) split.dev().x().floats()[0])
                .isEqualTo((dev[0] * dev[0] - mean) / Math.sqrt(variance), within(1e-6));
    }

    private static float[] toFloats(int[] values) {
        return Tensor.of(values, values.length).to(DType.FLOAT32).floats();
    }

    @Test
    void a_missing_cell_is_refused_dropped_or_the_mean() throws IOException {
        var text = "rooms,town,price\n1,Rom,10\nNA,Ulm,20\n5,,30\n3,Rom,40\nnan,Rom,50\n";
        assertRefused(
                text,
                ALL_IN_TOWN,
                "line 3, column \"rooms\": the cell is missing; fill it in, or choose what to do with"
                        + " withMissing(MissingCells.DROP_ROW or MEAN)");
        var dropped = all(text, ALL_IN_TOWN.withMissing(MissingCells.DROP_ROW));
        assertThat(dropped.train().y().floats()).containsExactly(10, 40);
        var filled = all(text, ALL_IN_TOWN.withMissing(MissingCells.MEAN).withStandardized(false));
        assertThat(filled.encoding().features()).containsExactly("rooms", "town=Rom", "town=Ulm", "town=");
        assertThat(filled.train().x().floats())
                .containsExactly(1, 1, 0, 0, 3, 0, 1, 0, 5, 0, 0, 1, 3, 1, 0, 0, 3, 1, 0, 0);
        assertRefused(
                "rooms,price\n1,10\n2,\n",
                PRICE.withMissing(MissingCells.MEAN),
                "line 3, column \"price\": the target is missing; fill it in, or choose what to do with"
                        + " withMissing(MissingCells.DROP_ROW)");
        assertRefused(
                "rooms,price\n1,\nna,10\n",
                PRICE.withMissing(MissingCells.DROP_ROW),
                "has no row without a missing cell; fill some in, or leave columns out");
        assertRefused(
                "rooms,size,price\n,1,1\nna,2,10\n",
                PRICE.withMissing(MissingCells.MEAN),
                "column \"rooms\": has no number in train; leave it out with without");
    }

    @Test
    void another_table_is_encoded_as_train() throws IOException {
        var split = all("rooms,town,price\n1,Rom,10\n3,Ulm,20\n", ALL_IN_TOWN.withUnseenAsZeros(true));
        var other = table("town,price,rooms\nBonn,1,5\nUlm,2,1\n");
        var data = split.encoding().data(other);
        assertThat(data.x()).isEqualTo(Tensor.of(new float[] {3, 0, 0, -1, 0, 1}, 2, 3));
        assertThat(data.y().floats()).containsExactly(1, 2);
        assertThat(split.encoding().x(table("town,rooms\nRom,2\n"))).isEqualTo(Tensor.of(new float[] {0, 1, 0}, 1, 3));
        var missing = table("town,rooms\nRom,\n");
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> split.encoding().x(missing))
                .withMessageEndingWith("line 2, column \"rooms\": the cell is missing; fill it in");
        var strict = all("rooms,town,price\n1,Rom,10\n3,Ulm,20\n", ALL_IN_TOWN).encoding();
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> strict.data(other))
                .withMessageEndingWith("line 2, column \"town\": \"Bonn\" is in no row of train; take it out, or give"
                        + " such cells zeros with withUnseenAsZeros(true)");
        var indices = all(
                        "rooms,town,price\n1,Rom,10\n3,Ulm,20\n",
                        ALL_IN_TOWN.withUnseenAsZeros(true).withIndices(true))
                .encoding();
        assertThat(indices.x(other).floats()).containsExactly(3, 2, -1, 1);
        var classes = all("rooms,price\n1,a\n2,b\n", TableOptions.classification("price"))
                .encoding();
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> classes.data(other))
                .withMessageEndingWith("line 2, column \"price\": \"1\" is the class of no row of train; give train a"
                        + " larger fraction, or another seed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> strict.mean("town"))
                .withMessage("mean: there is no feature of numbers named town");
    }

    @Test
    void reads_other_separators_quotes_and_tables_without_names() throws IOException {
        var semicolons = CsvTable.read(
                write("\uFEFFa ; 'b;\n c'\r\n\r\n 1 ; 'it''s' \r\n"), CsvOptions.SEMICOLON.withQuote('\''));
        assertThat(semicolons.columns()).containsExactly("a", "b; c");
        assertThat(semicolons.cell(0, "a")).isEqualTo("1");
        assertThat(semicolons.cell(0, "b; c")).isEqualTo("it's");
        var unnamed = CsvTable.read(write("1\t2\n3\t4\n"), CsvOptions.TAB.withHeader(false));
        assertThat(unnamed.columns()).containsExactly("1", "2");
        assertThat(unnamed.size()).isEqualTo(2);
        var split = unnamed.split(TableOptions.regression("2"), 1, 0, 7);
        assertThat(split.train().y().floats()).containsExactly(2, 4);
        assertThat(split.train().x().shape()).isEqualTo(Shape.of(2, 1));
        assertThat(table(",a\n0,5\n").columns()).containsExactly("1", "a");
    }

    @Test
    void refuses_what_is_no_table() throws IOException {
        assertUnreadable("", CsvOptions.COMMA, "is empty, a table is expected");
        assertUnreadable("a,b\n", CsvOptions.COMMA, "has a line of names and no rows");
        assertUnreadable(
                "a;b\n1;2\n",
                CsvOptions.COMMA,
                "line 1: has one column, \"a;b\"; at least two are expected, with ',' between them: choose another with"
                        + " withSeparator");
        assertUnreadable(
                "1,2\n3,4\n",
                CsvOptions.COMMA,
                "line 1: has numbers, no names of columns; put a line of names before it, or read the table with"
                        + " withHeader(false)");
        assertUnreadable("a,b, a\n1,2,3\n", CsvOptions.COMMA, "line 1: two columns are named \"a\"; rename one");
        assertUnreadable("a,b\n1,\"2\n3\"\n4,5,6\n", CsvOptions.COMMA, "line 4: has 3 cells, the first line has 2");
        assertUnreadable("a,b\n1\n", CsvOptions.COMMA, "line 2: has 1 cell, the first line has 2");
        assertUnreadable(
                "a,b\n1,\"2\n",
                CsvOptions.COMMA,
                "is no table: Unclosed quoted field at end of input (record starting at line 2)");
        assertUnreadable(
                "a,b\n1,\"2\"3\n",
                CsvOptions.COMMA,
                "is no table: Unexpected character after closing quote: '3' (0x33) (record starting at line 2)");
        var file = Files.write(folder.resolve("bytes.csv"), new byte[] {'a', ',', 'b', '\n', (byte) 0xff});
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> CsvTable.read(file))
                .withMessage(file + ": line 2 is not UTF-8 text; save the file in UTF-8");
        var missing = folder.resolve("missing.csv");
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> CsvTable.read(missing))
                .withMessage(missing + ": there is no such file");
    }

    @Test
    void refuses_cells_that_are_no_numbers() throws IOException {
        assertRefused(
                "rooms,price\n1,10\n12.5 m,20\n",
                PRICE,
                "line 3, column \"rooms\": \"12.5 m\" is no number; name its column with withCategories, or leave it"
                        + " out with without");
        assertRefused(
                "rooms,price\n1,cheap\n",
                PRICE,
                "line 2, column \"price\": \"cheap\" is no number; where the target is a class, ask for"
                        + " TableOptions.classification");
        for (var text : new String[] {"Infinity", "0x10", "1f", "1e1000", "1,5", "١", "-", "1.2.3"}) {
            assertRefused(
                    "rooms,price\n\"" + text + "\",10\n",
                    PRICE,
                    "line 2, column \"rooms\": \"" + text + "\" is no number; name its column with withCategories, or"
                            + " leave it out with without");
        }
        assertRefused("rooms,price\n-1e39,10\n", PRICE, "line 2, column \"rooms\": \"-1e39\" is too large for float32");
        var split = all("rooms,price\n1,10\n1.0000000000001,10\n", PRICE);
        var far = table("rooms,price\n3e38,10\n");
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> split.encoding().data(far))
                .withMessageEndingWith(
                        "line 2, column \"rooms\": \"3e38\" is too far from the mean of train, 1.0, for float32");
    }

    @Test
    void refuses_columns_that_are_missing_constant_or_of_too_many_categories() throws IOException {
        assertRefused("rooms,cost\n1,10\n", PRICE, "has no column \"price\"; it has rooms, cost");
        assertRefused("rooms,price\n1,10\n", ALL_IN_TOWN, "has no column \"town\"; it has rooms, price");
        assertRefused("rooms,price\n1,10\n", PRICE.without("id"), "has no column \"id\"; it has rooms, price");
        assertRefused(
                "rooms,price\n1,10\n",
                PRICE.without("rooms"),
                "column \"price\": is all that is left, there is no feature to predict it from");
        assertRefused(
                "rooms,price\n0.1,10\n0.1,20\n0.1,30\n",
                PRICE,
                "column \"rooms\": is constant in train, 0.1 in every row; leave it out with without");
        assertThat(all("rooms,price\n3,10\n3,20\n", PRICE.withStandardized(false))
                        .train()
                        .x()
                        .floats())
                .containsExactly(3, 3);
        var text = new StringBuilder("town,price\n");
        IntStream.range(0, 1001).forEach(i -> text.append('t').append(i).append(",1\n"));
        assertRefused(
                text.toString(),
                ALL_IN_TOWN,
                "column \"town\": has 1001 categories in train, more than the 1000 that may be one-hot; choose indices"
                        + " with withIndices(true), or leave it out with without");
        assertThat(all(text.toString(), ALL_IN_TOWN.withIndices(true))
                        .train()
                        .x()
                        .floats()[1000])
                .isEqualTo(1000);
    }

    @Test
    void refuses_options_that_make_no_sense() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PRICE.withCategories("price"))
                .withMessage("TableOptions: column price is named as one of categories and as the target");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ALL_IN_TOWN.without("town"))
                .withMessage("TableOptions: column town is named as one of categories and as left out");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PRICE.without("price"))
                .withMessage("TableOptions: column price is the target and left out");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CsvOptions.COMMA.withSeparator('"'))
                .withMessage("CsvOptions: separator and quote must be two characters that end no line, they are '\"'"
                        + " and '\"'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CsvOptions.COMMA.withQuote('\n'))
                .withMessage("CsvOptions: separator and quote must be two characters that end no line, they are ','"
                        + " and '\\n'");
        var table = table("rooms,price\n1,10\n2,20\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.split(PRICE, 0, 0.5, 7))
                .withMessage("split: train 0.0 must be above 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.split(PRICE, 7))
                .withMessage("split: of 2 rows none is left for dev; give it a larger fraction, or more rows");
        assertThat(PRICE.categories()).isEqualTo(Set.of());
    }
}
