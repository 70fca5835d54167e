package handgrad.app.diagram;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagramCommandTest {
    private static final String MODEL = """
            import module handgrad;

            void main() {
                var random = TorchRandom.seeded(1);
                var names = Names.bundled().split(42);
                var model = new Sequential(
                        new Embedding(27, 4, random), new FlattenConsecutive(3), new Linear(12, 8, random),
                        new BatchNorm1d(8), new Tanh(), new Linear(8, 27, random));
                var loss = new CrossEntropyLoss();
                while (true) {
                    var batch = names.train().batch(16, random);
                    loss.forward(model.forward(batch.x()), batch.y());
                }
            }
            """;

    @TempDir
    private Path folder;

    private File draw(String model, String name, String... options) {
        var file = folder.resolve(name);
        var arguments = new String[options.length + 4];
        System.arraycopy(options, 0, arguments, 4, options.length);
        arguments[0] = "diagram";
        arguments[1] = model;
        arguments[2] = "-o";
        arguments[3] = file.toString();
        var result = CommandResult.of(arguments);
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out()).isEqualTo("wrote " + file + System.lineSeparator());
        return file.toFile();
    }

    private CommandResult fails(String source, String... options) throws IOException {
        var file = Files.writeString(folder.resolve("Mine.java"), source);
        var arguments = new String[options.length + 4];
        System.arraycopy(options, 0, arguments, 4, options.length);
        arguments[0] = "diagram";
        arguments[1] = file.toString();
        arguments[2] = "-o";
        arguments[3] = folder.resolve("never.svg").toString();
        var result = CommandResult.of(arguments);
        assertThat(folder.resolve("never.svg")).doesNotExist();
        assertThat(result.err().lines()).hasSize(1);
        return result;
    }

    @Test
    void a_pdf_is_one_page_of_A3_with_text_that_can_be_found() throws IOException {
        try (var document = Loader.loadPDF(draw("mlp-bn", "mlp-bn.pdf", "--backward"))) {
            assertThat(document.getNumberOfPages()).isOne();
            var box = document.getPage(0).getMediaBox();
            assertThat(Math.min(box.getWidth(), box.getHeight())).isEqualTo(841.89f);
            assertThat(Math.max(box.getWidth(), box.getHeight())).isEqualTo(1190.55f);
            assertThat(new PDFTextStripper().getText(document))
                    .contains("mlp-bn (makemore part 3): 12,097 parameters, batch 32")
                    .contains("dlinear1.weight = flattenᵀ·dlinear1");
        }
    }

    @Test
    void a_pdf_on_A4_is_smaller() throws IOException {
        try (var document = Loader.loadPDF(draw("mlp", "mlp.pdf", "--paper", "A4"))) {
            var box = document.getPage(0).getMediaBox();
            assertThat(Math.max(box.getWidth(), box.getHeight())).isEqualTo(841.89f);
        }
    }

    @Test
    void a_png_has_150_dots_to_the_inch_and_is_drawn_on() throws IOException {
        var image = ImageIO.read(draw("mlp", "mlp.png"));
        assertThat(Math.max(image.getWidth(), image.getHeight())).isBetween(2478, 2481);
        int dark = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                dark += (image.getRGB(x, y) & 0xff) < 100 ? 1 : 0;
            }
        }
        assertThat(dark).isGreaterThan(5_000);
    }

    @Test
    void a_page_has_value_gradient_formulas_and_code_of_a_tensor() throws IOException {
        var html = Files.readString(
                draw("exercise-1", "exercise.html", "--backward").toPath());
        int start = html.indexOf("<section data-of=\"bnvar_inv\"");
        assertThat(html.substring(start, html.indexOf("</section>", start)))
                .contains("bnvar_inv = (bnvar + 1e-5)^(−½)")
                .contains("dbnvar_inv = Σ0 bndiff∘dbnraw")
                .contains("bnvar_inv = names.name(&quot;bnvar_inv&quot;, bnvar.add(1e-5).pow(-0.5));")
                .contains("<h3>Value</h3>\n<pre>FLOAT64 (1, 64) [[")
                .contains("<h3>Gradient</h3>\n<pre>FLOAT64 (1, 64) [[");
        assertThat(html.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http");
    }

    @Test
    void a_tensor_of_a_layer_has_the_code_of_the_layer() throws IOException {
        assertThat(Files.readString(draw("mlp", "mlp.html").toPath()))
                .contains("Functional.linear(x, weights.value(), weights.biasValue(), output);");
    }

    @Test
    void mermaid_and_dot_have_tensors_operations_and_gradients() throws IOException {
        assertThat(Files.readString(draw("exercise-12", "e.mmd", "--backward").toPath()))
                .startsWith("---\ntitle: \"Exercise 12.")
                .contains("flowchart TD")
                .containsPattern("t\\d+\\[\"W1<br/>\\(2, 16\\)\"]")
                .containsPattern("o\\d+\\(\\[\"x·W1 \\+ b1\"]\\)")
                .containsPattern("t\\d+ -->\\|\"dW1 = xᵀ·dhpre\"\\| o\\d+");
        assertThat(Files.readString(draw("exercise-12", "e.dot", "--backward").toPath()))
                .startsWith("digraph {")
                .containsPattern("t\\d+ -> o\\d+ \\[label=\"dW1 = xᵀ·dhpre\"];")
                .endsWith("}\n");
    }

    @Test
    void values_add_statistics_and_what_the_check_says() throws IOException {
        var svg = Files.readString(draw("exercise-12", "e.svg", "--values").toPath());
        assertThat(svg).containsPattern(">value −?\\d\\S* ± \\d").containsPattern(">grad −?\\d\\S* ± \\d");
        assertThat(svg.split("<circle").length - 1)
                .as("checked tensors: W1, b1, W2, b2, hpre, h, logits")
                .isEqualTo(7);
        assertThat(svg).contains("fill=\"#4e9a06\"").doesNotContain("fill=\"#cc0000\"");
    }

    @Test
    void a_wrong_gradient_is_red() throws IOException {
        var source = Files.writeString(folder.resolve("Wrong.java"), """
                import module handgrad;

                final Tensor a = Tensor.of(new double[] {1, 2, 3}, 3);
                Tensor da = null, db;

                Tensor forward(NamedPass.Names names) {
                    var a = names.name("a", this.a);
                    var b = names.name("b", a.pow(2));
                    return b.sum();
                }

                void backward() {
                    db = Tensor.ones(3).to(DType.FLOAT64);
                    da = a.mul(3);
                }

                void main() {}
                """);
        var svg = Files.readString(
                draw(source.toString(), "wrong.svg", "--values", "--backward").toPath());
        assertThat(svg)
                .contains("fill=\"#4e9a06\"")
                .contains("fill=\"#cc0000\"")
                .contains("data-formula=\"da = 2 a∘db\"");
    }

    @Test
    void a_users_training_is_drawn_from_its_first_batch() throws IOException {
        var file = Files.writeString(folder.resolve("Mine.java"), MODEL);
        var svg =
                Files.readString(draw(file.toString(), "mine.svg", "--backward").toPath());
        assertThat(svg)
                .contains("data-name=\"linear1.weight\" data-shape=\"(12, 8)\"")
                .contains("data-name=\"norm1.bias\"")
                .contains("data-name=\"loss\"")
                .contains("data-formula=\"dlinear1.weight = (reshape embedding1)ᵀ·dlinear1\"");
    }

    @Test
    void layers_of_a_deep_model_are_boxes_until_they_are_opened() throws IOException {
        var closed = Files.readString(draw("wavenet", "closed.svg").toPath());
        assertThat(closed).contains(">Linear 48 → 128</text>").doesNotContain("linear1.weight");
        assertThat(closed.split("<g class=\"layer\"")).hasSize(1 + 14);
        var open = Files.readString(draw("wavenet", "open.svg", "--open", "2", "--open", "BatchNorm1d")
                .toPath());
        assertThat(open)
                .contains("data-name=\"linear1.weight\"", "data-name=\"batchnorm3.bias\"", "data-name=\"x̂2\"")
                .doesNotContain("linear2.weight");
        assertThat(open.split("<g class=\"layer\"")).hasSize(1 + 10);
    }

    @Test
    void a_closed_layer_has_the_formulas_of_its_gradients() throws IOException {
        assertThat(Files.readString(draw("deep", "deep.svg", "--backward").toPath()))
                .contains("data-formula=\"dembedding.weight[Xb[k,j]] += dembedding[k,j]\" data-marks=\"scatter\"")
                .contains("data-formula=\"dembedding = reshape dflatten\"")
                .contains("data-formula=\"dtanh1 = dlinear2·linear2.weightᵀ\"")
                .contains("data-formula=\"dlinear2.weight = tanh1ᵀ·dlinear2\"")
                .contains("data-formula=\"dlinear1 = inv/n∘(n g − Σ0 g − n/(n−1) x̂∘Σ0 (g∘x̂)),"
                        + " g = batchnorm1.weight∘dbatchnorm1\"")
                .contains("data-formula=\"dbatchnorm1.weight = Σ0 x̂∘dbatchnorm1\" data-marks=\"broadcast\"")
                .contains("data-formula=\"dbatchnorm1.bias = Σ0 dbatchnorm1\" data-marks=\"broadcast\"")
                .contains("data-formula=\"dbatchnorm1 = (1 − tanh1²)∘dtanh1\"");
        assertThat(Files.readString(draw("dilated", "dilated.svg", "--backward").toPath()))
                .contains("data-formula=\"dtanh1 = fold(dcausalconv2·causalconv2.weightᵀ)\" data-marks=\"scatter\"")
                .contains("data-formula=\"dcausalconv2.weight = [tanh1 at t, tanh1 at t + 2]ᵀ·dcausalconv2\"");
        assertThat(Files.readString(
                        draw("wavenet-gated", "gated.svg", "--backward").toPath()))
                .contains("data-formula=\"dembedding = the chain rule through 19 operations, which --open 1 shows\"");
    }

    @Test
    void statistics_of_each_position_are_summed_over_batch_and_positions() throws IOException {
        assertThat(Files.readString(
                        draw("wavenet-small-bug", "bug.svg", "--backward").toPath()))
                .contains("dbatchnorm1.weight = Σ0 reshape(Σ0 x̂∘reshape dbatchnorm1)")
                .contains("g = batchnorm1.weight∘reshape dbatchnorm1");
    }

    @Test
    void letters_that_are_too_small_for_print_are_told() throws IOException {
        var source = Files.writeString(folder.resolve("Many.java"), """
                import module handgrad;

                Tensor forward(NamedPass.Names names) {
                    var sum = names.name("a", Tensor.ones(1));
                    for (int i = 0; i < 250; i++) {
                        sum = names.name("a_sum_with_a_long_name_" + i, sum.add(1));
                    }
                    return sum;
                }

                void main() {}
                """);
        var file = folder.resolve("many.svg");
        var result = CommandResult.of("diagram", source.toString(), "--backward", "-o", file.toString());
        assertThat(result.code()).isZero();
        assertThat(result.err())
                .matches("its smallest letters are [1-5]\\.\\d points on A3, small for print; open fewer layers\\R");
        assertThat(file).exists();
    }

    @Test
    void a_layer_that_is_not_there_is_named() {
        var result = CommandResult.of("diagram", "deep-no-bn", "--open", "BatchNorm1d");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .contains("--open BatchNorm1d: there is no such layer; there are 0.Embedding, 1.FlattenConsecutive");
    }

    @Test
    void an_unknown_format_is_told() {
        var result = CommandResult.of("diagram", "mlp", "-o", "mlp.jpg");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("mlp.jpg: the name must end in .svg, .pdf, .png, .html, .mmd or .dot");
    }

    @Test
    void a_file_that_throws_is_one_line() throws IOException {
        var result = fails("""
                import module handgrad;

                Tensor forward(NamedPass.Names names) {
                    return names.name("a", Tensor.ones(2, 3)).matmul(Tensor.ones(2, 3)).sum();
                }

                void main() {}
                """);
        assertThat(result.code()).isOne();
        assertThat(result.err())
                .contains("Mine.java:4 threw matmul: inner dimensions differ, a (2, 3), b (2, 3), so there is nothing "
                        + "to draw");
    }

    @Test
    void a_program_without_a_loss_is_one_line() throws IOException {
        var result = fails("import module handgrad; void main() { Tensor.ones(2).exp(); }");
        assertThat(result.code()).isOne();
        assertThat(result.err()).contains("the program ends without a loss; CrossEntropyLoss gives one");
    }

    @Test
    void a_pass_without_end_is_one_line() throws IOException {
        var result = fails("""
                import module handgrad;

                Tensor forward(NamedPass.Names names) {
                    var sum = names.name("a", Tensor.ones(1));
                    while (true) {
                        sum = sum.add(1);
                    }
                }

                void main() {}
                """);
        assertThat(result.code()).isOne();
        assertThat(result.err()).contains("the pass runs more than 20,000 operations, too many for a graph");
    }

    @Test
    void thousands_of_tensors_are_one_line() throws IOException {
        var result = fails("""
                import module handgrad;

                Tensor forward(NamedPass.Names names) {
                    var sum = names.name("a", Tensor.ones(1));
                    for (int i = 0; i < 5_000; i++) {
                        sum = names.name("sum" + i, sum.add(1));
                    }
                    return sum;
                }

                void main() {}
                """);
        assertThat(result.code()).isOne();
        assertThat(result.err()).contains("the pass has 5,001 tensors, and a sheet has room for 300");
    }

    @Test
    void a_long_pass_without_names_is_drawn_coarsely() throws IOException {
        var source = Files.writeString(folder.resolve("Long.java"), """
                import module handgrad;

                Tensor forward(NamedPass.Names names) {
                    var sum = names.name("a", Tensor.ones(1));
                    for (int i = 0; i < 400; i++) {
                        sum = sum.add(1);
                    }
                    return sum;
                }

                void main() {}
                """);
        assertThat(CommandResult.of(
                                "diagram",
                                source.toString(),
                                "-o",
                                folder.resolve("long.svg").toString())
                        .code())
                .isZero();
    }

    @Test
    void a_file_needs_a_forward_pass_and_no_main_method() throws IOException {
        var file = Files.writeString(folder.resolve("Pass.java"), """
                import module handgrad;

                Tensor forward(NamedPass.Names names) {
                    return names.name("x", Tensor.ones(3)).sum();
                }
                """);
        var drawn = folder.resolve("pass.svg");
        var result = CommandResult.of("diagram", file.toString(), "-o", drawn.toString());
        assertThat(result).isEqualTo(new CommandResult(0, "wrote " + drawn + "\n", ""));

        Files.writeString(file, Files.readString(file).replace(".sum()", " - 1"));
        var wrong = CommandResult.of("diagram", file.toString(), "-o", drawn.toString());
        assertThat(wrong.code()).isOne();
        assertThat(wrong.err())
                .startsWith("Pass.java:4: error: bad operand types for binary operator '-'\n")
                .contains("    return names.name(\"x\", Tensor.ones(3)) - 1;\n");
    }
}
