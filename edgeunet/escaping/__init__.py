"""Text on its way out: for each destination a function that makes it fit and a type that says that it does.

Names come from model files, cards, specs, records, results and command lines, so anything may be in them. A template
takes nothing but integers and the types of its destination (`edgeunet.emit.template`), the terminal what
`edgeunet.escaping.terminal` makes of it; a raw ``str`` is an error, for mypy and when it runs.

| destination | module | made by |
|---|---|---|
| C, CMake | `c` | `c_comment`, `c_string`, `cmake_comment`, `cmake_string`, `CIdentifier` |
| JSON, YAML, TOML | `manifests` | `json_string`, `yaml_string`, `toml_string` |
| XML, properties, Rust | `manifests` | `xml_text`, `property_text`, `rust_string` |
| HTML and SVG | `html` | `html_text`, `html_number` |
| Markdown | `markdown` | `markdown_text`, `markdown_code` |
| a shell, by way of a printed command | `shell` | `shell_word`, `shell_path`, `shell_line` |
| a terminal | `terminal` | `say`, `print_json`, `print_page` |
| a picture | `picture` | `picture_text` |
"""
