package handgrad.app.diagram;

/**
 * How large the parts of a drawing are, before all of it is fitted to the page.
 *
 * @param box the side of the largest dimension
 * @param gradient the widest line of a gradient's formula; a longer one is wrapped
 * @param slot the least width of an empty slot, which has room for a hand
 */
record Sizes(double box, double gradient, double slot) {
    static final Sizes LARGE = new Sizes(66, 118, 78);

    /** Where room is short. */
    static final Sizes SMALL = new Sizes(26, 80, 60);
}
