package handgrad.app.report;

import handgrad.page.Block;
import handgrad.page.Page.Section;
import java.util.List;

/** What the page of a training says once it has ended. */
public interface Ending {
    /** How good the model is. */
    List<Block> result(SymbolLabels symbols);

    /** What is to be seen of the model itself, and what it makes. */
    List<Section> sections(SymbolLabels symbols);
}
