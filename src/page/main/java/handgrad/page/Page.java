package handgrad.page;

import java.util.List;

/**
 * What a page shows, without how it looks.
 *
 * @param title its heading and the name of the browser's tab
 * @param status one line under the heading, for what changes while the page is live
 * @param live whether more is to come: a served page asks again until it is false
 * @param sections from top to bottom
 */
public record Page(String title, String status, boolean live, List<Section> sections) {
    public Page {
        sections = List.copyOf(sections);
    }

    /** Blocks under a heading. */
    public record Section(String title, List<Block> blocks) {
        public Section {
            blocks = List.copyOf(blocks);
        }
    }
}
