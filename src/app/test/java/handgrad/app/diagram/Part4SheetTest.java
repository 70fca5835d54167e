package handgrad.app.diagram;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.diagram.Sheet.Paper;
import handgrad.app.diagram.Style.Backward;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** The sheet of the network of makemore part 4, as the lecture cuts it into 26 tensors, read back from its SVG. */
class Part4SheetTest {
    private static final Map<String, String> SHAPES = Map.ofEntries(
            entry("C", "(27, 10)"),
            entry("emb", "(32, 3, 10)"),
            entry("embcat", "(32, 30)"),
            entry("W1", "(30, 64)"),
            entry("b1", "(64)"),
            entry("hprebn", "(32, 64)"),
            entry("bnmeani", "(1, 64)"),
            entry("bndiff", "(32, 64)"),
            entry("bndiff2", "(32, 64)"),
            entry("bnvar", "(1, 64)"),
            entry("bnvar_inv", "(1, 64)"),
            entry("bnraw", "(32, 64)"),
            entry("bngain", "(1, 64)"),
            entry("bnbias", "(1, 64)"),
            entry("hpreact", "(32, 64)"),
            entry("h", "(32, 64)"),
            entry("W2", "(64, 27)"),
            entry("b2", "(27)"),
            entry("logits", "(32, 27)"),
            entry("logit_maxes", "(32, 1)"),
            entry("norm_logits", "(32, 27)"),
            entry("counts", "(32, 27)"),
            entry("counts_sum", "(32, 1)"),
            entry("counts_sum_inv", "(32, 1)"),
            entry("probs", "(32, 27)"),
            entry("logprobs", "(32, 27)"));

    /** What is on each edge, by tensor and what it is used for. */
    private static final Map<String, String> GRADIENTS = Map.ofEntries(
            entry("C emb", "dC[Xb[k,j]] += demb[k,j]"),
            entry("emb embcat", "demb = reshape dembcat"),
            entry("embcat hprebn", "dembcat = dhprebn·W1ᵀ"),
            entry("W1 hprebn", "dW1 = embcatᵀ·dhprebn"),
            entry("b1 hprebn", "db1 = Σ0 dhprebn"),
            entry("hprebn bnmeani", "dhprebn += dbnmeani/n"),
            entry("hprebn bndiff", "dhprebn = dbndiff"),
            entry("bnmeani bndiff", "dbnmeani = −Σ0 dbndiff"),
            entry("bndiff bndiff2", "dbndiff += 2 bndiff∘dbndiff2"),
            entry("bndiff bnraw", "dbndiff = bnvar_inv∘dbnraw"),
            entry("bndiff2 bnvar", "dbndiff2 = dbnvar/(n−1)"),
            entry("bnvar bnvar_inv", "dbnvar = −½(bnvar + 1e-5)^(−3/2)∘dbnvar_inv"),
            entry("bnvar_inv bnraw", "dbnvar_inv = Σ0 bndiff∘dbnraw"),
            entry("bnraw hpreact", "dbnraw = bngain∘dhpreact"),
            entry("bngain hpreact", "dbngain = Σ0 bnraw∘dhpreact"),
            entry("bnbias hpreact", "dbnbias = Σ0 dhpreact"),
            entry("hpreact h", "dhpreact = (1 − h²)∘dh"),
            entry("h logits", "dh = dlogits·W2ᵀ"),
            entry("W2 logits", "dW2 = hᵀ·dlogits"),
            entry("b2 logits", "db2 = Σ0 dlogits"),
            entry("logits logit_maxes", "dlogits += 1{argmax}∘dlogit_maxes"),
            entry("logits norm_logits", "dlogits = dnorm_logits"),
            entry("logit_maxes norm_logits", "dlogit_maxes = −Σ1 dnorm_logits"),
            entry("norm_logits counts", "dnorm_logits = counts∘dcounts"),
            entry("counts counts_sum", "dcounts += dcounts_sum"),
            entry("counts probs", "dcounts = counts_sum_inv∘dprobs"),
            entry("counts_sum counts_sum_inv", "dcounts_sum = −counts_sum⁻²∘dcounts_sum_inv"),
            entry("counts_sum_inv probs", "dcounts_sum_inv = Σ1 counts∘dprobs"),
            entry("probs logprobs", "dprobs = dlogprobs/probs"),
            entry("logprobs loss", "dlogprobs = −1/n at (i, Yb_i), else 0"));

    private static final Map<String, Set<String>> MARKS = Map.of(
            "broadcast",
                    Set.of(
                            "b1 hprebn",
                            "b2 logits",
                            "bnmeani bndiff",
                            "bnvar_inv bnraw",
                            "bngain hpreact",
                            "bnbias hpreact",
                            "logit_maxes norm_logits",
                            "counts_sum_inv probs"),
            "sum", Set.of("hprebn bnmeani", "bndiff2 bnvar", "counts counts_sum"),
            "scatter", Set.of("C emb", "logprobs loss"));

    private final DiagramSubject subject;

    Part4SheetTest() throws Exception {
        subject = DiagramCommand.subject("exercise-1");
    }

    private List<Element> groups(Backward backward, String kind) throws Exception {
        var svg = SvgFile.of(new Drawing(subject, new Style(backward, false), Paper.A3, List.of()).sheet());
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        var found = new ArrayList<Element>();
        var all = document.getElementsByTagName("g");
        for (int i = 0; i < all.getLength(); i++) {
            if (all.item(i) instanceof Element group
                    && group.getAttribute("class").equals(kind)) {
                found.add(group);
            }
        }
        return found;
    }

    /** The letters of a group, as they are read. */
    private static String text(Element group) {
        return group.getTextContent().strip().replaceAll("\\s*\\n\\s*", " ");
    }

    @Test
    void it_has_the_26_tensors_with_their_shapes() throws Exception {
        var shapes = new HashMap<String, String>();
        for (var tensor : groups(Backward.FORMULAS, "tensor")) {
            shapes.put(tensor.getAttribute("data-name"), tensor.getAttribute("data-shape"));
            assertThat(text(tensor))
                    .startsWith(tensor.getAttribute("data-name") + " " + tensor.getAttribute("data-shape"));
        }
        assertThat(shapes).hasSize(30).containsAllEntriesOf(SHAPES);
        assertThat(shapes)
                .containsEntry("Xb", "(32, 3)")
                .containsEntry("Yb", "(32)")
                .containsEntry("onehot", "(32, 27)")
                .containsEntry("loss", "()");
    }

    @Test
    void every_edge_has_the_row_of_the_lectures_table() throws Exception {
        for (var backward : List.of(Backward.FORMULAS, Backward.ANSWERS)) {
            var gradients = new LinkedHashMap<String, String>();
            for (var edge : groups(backward, "gradient")) {
                gradients.put(
                        edge.getAttribute("data-of") + " " + edge.getAttribute("data-through"),
                        edge.getAttribute("data-formula"));
                assertThat(text(edge).replace(" ", ""))
                        .startsWith(edge.getAttribute("data-formula").replace(" ", ""));
            }
            assertThat(gradients).containsExactlyInAnyOrderEntriesOf(GRADIENTS);
        }
    }

    @Test
    void the_bands_have_captions() throws Exception {
        var captions = new ArrayList<String>();
        for (var band : groups(Backward.NONE, "band")) {
            captions.add(band.getAttribute("data-caption"));
            assertThat(text(band)).startsWith(band.getAttribute("data-caption"));
        }
        assertThat(String.join(", ", captions))
                .containsSubsequence("Embedding", "linear", "BatchNorm", "Activation", "Softmax");
    }

    @Test
    void the_four_fan_outs_are_marked() throws Exception {
        var marked = new HashSet<String>();
        for (var tensor : groups(Backward.FORMULAS, "tensor")) {
            if (tensor.getAttribute("data-fan-out").equals("true")) {
                marked.add(tensor.getAttribute("data-name"));
                assertThat(text(tensor)).endsWith("⊕ gradients add");
            }
        }
        assertThat(marked).containsExactlyInAnyOrder("hprebn", "bndiff", "counts", "logits");
    }

    @Test
    void broadcast_sum_and_scatter_are_marked() throws Exception {
        var marks = new HashMap<String, Set<String>>();
        for (var edge : groups(Backward.FORMULAS, "gradient")) {
            var mark = edge.getAttribute("data-marks");
            if (!mark.isEmpty()) {
                marks.computeIfAbsent(mark, _ -> new HashSet<>())
                        .add(edge.getAttribute("data-of") + " " + edge.getAttribute("data-through"));
            }
        }
        assertThat(marks).isEqualTo(MARKS);
    }

    @Test
    void the_blank_sheet_has_a_slot_on_every_edge_and_no_answer() throws Exception {
        var slots = groups(Backward.BLANK, "gradient");
        assertThat(slots).hasSize(GRADIENTS.size());
        for (var slot : slots) {
            assertThat(text(slot)).matches("d" + slot.getAttribute("data-of") + "(\\[.*])? \\+?=");
            assertThat(slot.getElementsByTagName("rect").getLength()).isOne();
            assertThat(slot.hasAttribute("data-formula")).isFalse();
        }
    }

    @Test
    void parameters_and_data_are_told_apart() throws Exception {
        var roles = new HashMap<String, Set<String>>();
        for (var tensor : groups(Backward.NONE, "tensor")) {
            roles.computeIfAbsent(tensor.getAttribute("data-role"), _ -> new HashSet<>())
                    .add(tensor.getAttribute("data-name"));
        }
        assertThat(roles)
                .containsEntry("parameter", Set.of("C", "W1", "b1", "W2", "b2", "bngain", "bnbias"))
                .containsEntry("data", Set.of("Xb", "Yb", "onehot"));
    }

    @Test
    void the_slips_of_the_hand_made_sheet_are_not_there() throws Exception {
        var formulas = new HashMap<String, String>();
        for (var operation : groups(Backward.NONE, "operation")) {
            formulas.put(operation.getAttribute("data-output"), operation.getAttribute("data-formula"));
        }
        assertThat(formulas)
                .containsEntry("hpreact", "bngain∘bnraw + bnbias") // elementwise, no matrix product
                .containsEntry("loss", "−Σ logprobs∘onehot / n"); // with its sign
    }
}
