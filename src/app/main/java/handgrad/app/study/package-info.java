/** What the studies share: their folder, options, numbers and tables. Each study is a package of its own below. */
package handgrad.app.study;
