package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UpdatesTest {
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void copies_a_row_to_every_row_and_adds_rows(DType dtype) {
        var row = Tensor.arange(3).to(dtype);
        var rows = Tensor.ones(2, 2, 3).to(dtype);
        Updates.copyToRows(row, rows);
        assertThat(rows).isEqualTo(Tensor.zeros(dtype, Shape.of(2, 2, 3)).add(row));

        var sum = Tensor.ones(3).to(dtype);
        Updates.addRows(rows, sum);
        assertThat(sum).isEqualTo(row.mul(4).add(1));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void refuses_rows_of_another_length_or_type(DType dtype) {
        var row = Tensor.arange(3).to(dtype);
        var longer = Tensor.zeros(dtype, Shape.of(2, 4));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Updates.copyToRows(row, longer))
                .withMessage("copyToRows: wants 3 in the last dimension, rows is (2, 4)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Updates.addRows(longer, row))
                .withMessage("addRows: wants 3 in the last dimension, rows is (2, 4)");
        var integers = Tensor.arange(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Updates.copyToRows(row, integers))
                .withMessage("copyToRows: wants " + dtype + ", rows (3) is INT32");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Updates.addRows(row, integers))
                .withMessage("addRows: wants " + dtype + ", sum (3) is INT32");
    }
}
