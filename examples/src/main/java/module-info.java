import org.jspecify.annotations.NullMarked;

/** The command line and the programs: lectures, exercises and studies. */
@NullMarked
module handgrad.examples {
    requires static transitive org.jspecify;
    requires de.siegmar.fastcsv;
    requires handgrad;
    requires hipparchus.core;
    requires hipparchus.optim;
    requires info.picocli;
    requires java.desktop;
    requires java.logging;
    requires jdk.compiler;
    requires jdk.httpserver;
    requires jdk.jshell;
    requires jdk.unsupported;
    requires java.management;
    requires me.tongfei.progressbar;
    requires tools.jackson.core;

    // For the diagram alone. The launcher puts them on the module path for its command only: most are automatic modules
    // in signed jars, and the JVM reads every one of those at every start.
    requires static com.google.common;
    requires static org.apache.commons.logging;
    requires static org.apache.fontbox;
    requires static org.apache.pdfbox;
    requires static org.apache.pdfbox.io;
    requires static org.eclipse.elk.alg.layered;
    requires static org.eclipse.elk.core;
    requires static org.eclipse.elk.graph;
    requires static org.eclipse.emf.common;
    requires static org.eclipse.emf.ecore;

    opens handgrad.examples to
            info.picocli;
    opens handgrad.examples.audio to
            info.picocli;
    opens handgrad.examples.command to
            info.picocli;
    opens handgrad.examples.diagram to
            info.picocli;
    opens handgrad.examples.exercise to
            info.picocli;
    opens handgrad.examples.program to
            info.picocli;
    opens handgrad.examples.study to
            info.picocli;
    opens handgrad.examples.train to
            info.picocli;
}
