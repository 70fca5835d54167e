package handgrad.jmh;

import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.util.List;
import java.util.stream.Stream;

class FiguresFuzzTest implements FuzzTest {
    private static final String FIGURES = """
            {"study":"step","noisy":true,"facts":{"CPU":"one","threads":"2"},"notes":["Noisy: yes"],
            "scores":[
            {"row":"mlp-bn","column":"handgrad","median":65.9,"low":6.5E1,"high":70,"spread":0.1},
            {"row":"mlp-bn","column":"c","median":"NaN","low":1,"high":2,"allocated":0.0}]}
            """;

    @Override
    public Stream<FuzzedReader> readers() {
        return Stream.of(FuzzedReader.ofText(
                "step.json",
                List.of(FIGURES, "{\"study\":\"s\",\"facts\":{},\"notes\":[],\"scores\":[]}"),
                StudyException.class,
                Figures::read));
    }
}
