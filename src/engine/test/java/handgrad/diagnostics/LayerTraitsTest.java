package handgrad.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.nn.Layer;
import handgrad.nn.LeakyRelu;
import handgrad.nn.Sigmoid;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class LayerTraitsTest {
    @Test
    void every_public_layer_has_a_row() throws IOException, URISyntaxException, ClassNotFoundException {
        var root = Path.of(
                Layer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        var layers = new ArrayList<Class<?>>();
        try (var files = Files.list(root.resolve("handgrad/nn"))) {
            for (var file : (Iterable<Path>) files.sorted()::iterator) {
                var name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.startsWith("package-info")) {
                    var type = Class.forName("handgrad.nn." + name.substring(0, name.length() - ".class".length()));
                    if (Layer.class.isAssignableFrom(type)
                            && Modifier.isPublic(type.getModifiers())
                            && !type.isInterface()) {
                        layers.add(type);
                    }
                }
            }
        }
        assertThat(layers).hasSizeGreaterThan(15);
        assertThat(layers)
                .allSatisfy(layer -> assertThat(LayerTraits.knows(layer))
                        .as(
                                "LayerTraits needs a row for %s: whether it is linear, and where its outputs are flat",
                                layer.getSimpleName())
                        .isTrue());
    }

    @Test
    void a_sigmoid_is_flat_where_the_tanh_that_it_is_made_of_is() {
        var y = Tensor.of(new float[] {0, 0.014f, 0.016f, 0.5f, 0.984f, 0.986f, 1, 0.5f}, 4, 2);
        var statistics =
                Statistics.of("2", "Sigmoid", y, LayerTraits.of(new Sigmoid()).flatness());
        assertThat(statistics.saturated()).isEqualTo(4 / 8.0);
        assertThat(LayerTraits.of(new LeakyRelu(0.01)).flatness()).isEqualTo(Flatness.NONE);
    }
}
