package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.data.Names;
import org.junit.jupiter.api.Test;

class HiddenLayerTest {
    /**
     * Three characters of ten numbers each go in; BatchNorm takes the mean away, and its bias of zeros gives none back.
     */
    @Test
    void fillsAsManyDimensionsAsNumbersGoIn() {
        var layer = HiddenLayer.of(Names.bundled().split(42), 0);
        assertThat(layer.before()).hasSize(200);
        assertThat(HiddenLayer.rank(layer.before())).isEqualTo(30);
        assertThat(HiddenLayer.rank(layer.after())).isEqualTo(30);
        assertThat(HiddenLayer.rank(layer.afterTanh())).isEqualTo(200);
        assertThat(layer.after()[0]).isLessThan(layer.before()[0]);
        assertThat(HiddenLayer.condition(layer.after())).isLessThan(HiddenLayer.condition(layer.before()));
    }

    @Test
    void conditionIsWithinTheDimensionsThatAreFilled() {
        double[] eigenvalues = {8, 2, 1e-30, 0};
        assertThat(HiddenLayer.rank(eigenvalues)).isEqualTo(2);
        assertThat(HiddenLayer.condition(eigenvalues)).isEqualTo(4);
    }
}
