#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/cvrf/xml.hpp"
#include "formats/inventory/number_format.hpp"
#include "formats/inventory/rows.hpp"
#include "formats/inventory/worksheet.hpp"
#include "formats/inventory/xml_reader.hpp"
#include "formats/inventory/zip.hpp"

namespace tocsin::formats::inventory {
namespace {

using Piece = XmlReader::Piece;

constexpr std::size_t kSmallPartBytesMax = std::size_t{16} << 20;
constexpr std::size_t kSharedTextsMax = 8'000'000;
constexpr std::size_t kSheetsMax = 256;
/// Memory that all cells may take: shared texts are written once and used often.
constexpr std::size_t kTextBytesMax = std::size_t{1} << 30;

Error in_part(std::string_view part, Error error) {
  error.where = error.where.empty() ? std::string{part} : fmt::format("{}:{}", part, error.where);
  return error;
}

Result<std::string> part_of(std::string_view zip, std::string_view name, std::size_t bytes_max) {
  TRY(auto part, read_part(zip, name, bytes_max));
  if (!part) return Error::invalid(fmt::format("The workbook has no part {}", name));
  return std::move(*part);
}

Result<cvrf::Document> tree_of(std::string_view zip, std::string_view name) {
  TRY(const auto bytes, part_of(zip, name, kSmallPartBytesMax));
  auto tree = cvrf::parse_xml(bytes, {.bytes_max = kSmallPartBytesMax});
  if (!tree) return in_part(name, tree.error());
  return tree;
}

/// "xl/workbook.xml" and "../x.xml" are "x.xml"; "/xl/x.xml" is "xl/x.xml".
std::string resolve(std::string_view base, std::string_view target) {
  if (target.starts_with('/')) return std::string{target.substr(1)};
  std::string path{base.substr(0, base.rfind('/') == std::string_view::npos ? 0 : base.rfind('/') + 1)};
  while (target.starts_with("../") && !path.empty()) {
    target.remove_prefix(3);
    path.pop_back();
    path.erase(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
  }
  return path.append(target);
}

struct Relation {
  std::string id, type, target;
};

/// What a part refers to; nothing where it has no relations.
Result<std::vector<Relation>> relations_of(std::string_view zip, std::string_view part) {
  const auto slash = part.rfind('/');
  const auto folder = slash == std::string_view::npos ? std::string_view{} : part.substr(0, slash + 1);
  const auto name = fmt::format("{}_rels/{}.rels", folder, part.substr(folder.size()));
  TRY(const auto bytes, read_part(zip, name, kSmallPartBytesMax));
  std::vector<Relation> relations;
  if (!bytes) return relations;
  const auto tree = cvrf::parse_xml(*bytes, {.bytes_max = kSmallPartBytesMax});
  if (!tree) return in_part(name, tree.error());
  for (const auto* each : tree->root().children) {
    const auto text = [&](std::string_view attribute) {
      const auto* found = each->attribute(attribute);
      return found == nullptr ? std::string{} : found->value;
    };
    if (text("TargetMode") == "External") continue;
    relations.push_back({text("Id"), text("Type"), resolve(part, text("Target"))});
  }
  return relations;
}

const Relation* of_type(const std::vector<Relation>& relations, std::string_view ending) {
  const auto found = std::ranges::find_if(relations, [&](const auto& each) { return each.type.ends_with(ending); });
  return found == relations.end() ? nullptr : &*found;
}

/// "_x000D_" stands for a character (ECMA-376 part 1, 22.9.2.19); what is none in a table becomes a blank.
std::string cell_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned code = 0;
    if (text[at] == '_' && text.substr(at + 1, 1) == "x" && text.size() >= at + 7 && text[at + 6] == '_') {
      const auto* digits = text.data() + at + 2;
      const auto [end, error] = std::from_chars(digits, digits + 4, code, 16);
      if (error == std::errc{} && end == digits + 4 && (code < 0xD800 || code > 0xDFFF)) {
        text::append_utf8(out, code < 0x20 ? ' ' : code);
        at += 6;
        continue;
      }
    }
    out += static_cast<unsigned char>(text[at]) < 0x20 ? ' ' : text[at];
  }
  return std::string{text::trim(out)};
}

/// The text of a string item: its runs one after the other, without what says how to pronounce it. The reader stands
/// behind the item's begin and is left behind its end.
Result<std::string> read_string_item(XmlReader& reader) {
  std::string text;
  bool in_text = false;
  int phonetic = 0;
  for (const auto depth = reader.depth(); reader.depth() >= depth;) {
    TRY(const auto piece, reader.next());
    if (piece == Piece::text && in_text && phonetic == 0) text += reader.text();
    if (piece == Piece::begin) {
      in_text = reader.name() == "t";
      phonetic += reader.name() == "rPh" ? 1 : 0;
    }
    if (piece == Piece::end) {
      in_text = false;
      phonetic -= reader.name() == "rPh" ? 1 : 0;
    }
    if (text.size() > kCellBytesMax) return reader.wrong(fmt::format("A cell holds more than {} bytes", kCellBytesMax));
  }
  return cell_text(text);
}

Result<std::vector<std::string>> read_shared_texts(std::string_view bytes) {
  TRY(const auto text, cvrf::xml_in_utf8(bytes));
  XmlReader reader{text};
  std::vector<std::string> texts;
  for (;;) {
    TRY(const auto piece, reader.next());
    if (piece == Piece::done) return texts;
    if (piece != Piece::begin || reader.name() != "si") continue;
    if (texts.size() == kSharedTextsMax) return reader.wrong(fmt::format("has more than {} texts", kSharedTextsMax));
    TRY(auto item, read_string_item(reader));
    texts.push_back(std::move(item));
  }
}

/// Of each cell style its number format.
std::vector<std::string> formats_of(const cvrf::Document& styles) {
  const auto number = [](const cvrf::Element& element, std::string_view name) {
    unsigned value = 0;
    if (const auto* found = element.attribute(name)) {
      std::from_chars(found->value.data(), found->value.data() + found->value.size(), value);
    }
    return value;
  };
  std::vector<std::pair<unsigned, std::string>> own;
  std::vector<std::string> formats;
  for (const auto* group : styles.root().children) {
    for (const auto* each : group->children) {
      if (group->local() == "numFmts") {
        const auto* code = each->attribute("formatCode");
        own.emplace_back(number(*each, "numFmtId"), code == nullptr ? std::string{} : code->value);
      }
      if (group->local() != "cellXfs") continue;
      const auto id = number(*each, "numFmtId");
      const auto found = std::ranges::find(own, id, &std::pair<unsigned, std::string>::first);
      formats.emplace_back(found == own.end() ? built_in_format(id) : std::string_view{found->second});
    }
  }
  return formats;
}

struct Sheet {
  std::string name, part;
  bool hidden = false;
};

struct Workbook {
  std::vector<Sheet> sheets;
  std::vector<std::string> texts;
  std::vector<std::string> formats;
  bool since_1904 = false;
};

Result<Workbook> read_workbook(std::string_view zip) {
  TRY(const auto top, relations_of(zip, ""));
  const auto* main = of_type(top, "/officeDocument");
  if (main == nullptr) {
    TRY(const auto type, read_part(zip, "mimetype", 256));
    if (type && text::contains(*type, "opendocument")) {
      return Error::invalid("This is an OpenDocument file: save it as .xlsx or as CSV");
    }
    return Error::invalid("This packed file is no workbook (.xlsx)");
  }
  if (!text::lower_ascii(main->target).ends_with(".xml")) {
    return Error::invalid("This workbook is of a binary format (.xlsb): save it as .xlsx");
  }
  TRY(const auto tree, tree_of(zip, main->target));
  if (tree.root().local() != "workbook") return Error::invalid("This file is an office document, but no workbook");
  TRY(const auto relations, relations_of(zip, main->target));
  Workbook book;
  for (const auto* group : tree.root().children) {
    if (group->local() == "workbookPr") {
      const auto* epoch = group->attribute("date1904");
      book.since_1904 = epoch != nullptr && (epoch->value == "1" || epoch->value == "true");
    }
    if (group->local() != "sheets") continue;
    for (const auto* each : group->children) {
      if (book.sheets.size() == kSheetsMax)
        return Error::invalid(fmt::format("The workbook has more than {} worksheets", kSheetsMax));
      const auto* name = each->attribute("name");
      const auto* state = each->attribute("state");
      const auto id = std::ranges::find_if(
          each->attributes, [](const auto& attribute) { return !attribute.uri.empty() && attribute.local() == "id"; });
      if (id == each->attributes.end()) continue;
      const auto relation = std::ranges::find(relations, id->value, &Relation::id);
      // Sheets may also be charts, dialogues or macros.
      if (relation == relations.end() || !relation->type.ends_with("/worksheet")) continue;
      book.sheets.push_back({name == nullptr ? std::string{} : name->value, relation->target,
                             state != nullptr && state->value != "visible"});
    }
  }
  if (const auto* texts = of_type(relations, "/sharedStrings")) {
    TRY(const auto bytes, part_of(zip, texts->target, kPartBytesMax));
    auto read = read_shared_texts(bytes);
    if (!read) return in_part(texts->target, read.error());
    book.texts = std::move(*read);
  }
  if (const auto* styles = of_type(relations, "/styles")) {
    TRY(const auto sheet, tree_of(zip, styles->target));
    book.formats = formats_of(sheet);
  }
  return book;
}

/// "AB12": column 27 and row 12, both from 0 and 1; nothing where it is none.
std::optional<std::pair<std::size_t, std::size_t>> place_of(std::string_view reference) {
  std::size_t column = 0, at = 0;
  for (; at < reference.size() && at < 3 && reference[at] >= 'A' && reference[at] <= 'Z'; ++at) {
    column = column * 26 + static_cast<std::size_t>(reference[at] - 'A' + 1);
  }
  std::size_t row = 0;
  const auto* end = reference.data() + reference.size();
  const auto [stop, error] = std::from_chars(reference.data() + at, end, row);
  if (at == 0 || error != std::errc{} || stop != end) return std::nullopt;
  return std::pair{column - 1, row};
}

class SheetReader {
 public:
  SheetReader(const Workbook& book, std::string_view text) : book_(book), reader_(text) {}

  Result<Rows> read() {
    for (;;) {
      TRY(const auto piece, reader_.next());
      if (piece == Piece::done) return std::move(rows_);
      if (piece == Piece::begin && reader_.name() == "row" && reader_.depth() == 3) {
        const auto number = reader_.attribute("r");
        std::size_t row = line_ + 1;
        std::from_chars(number.data(), number.data() + number.size(), row);
        line_ = row;
        cells_.clear();
        column_ = 0;
      } else if (piece == Piece::begin && reader_.name() == "c" && reader_.depth() == 4) {
        TRY_VOID(read_cell());
      } else if (piece == Piece::end && reader_.name() == "row" && reader_.depth() == 2) {
        if (std::ranges::any_of(cells_, [](const std::string& each) { return !each.empty(); })) {
          if (rows_.size() > kRowsMax) return Error::invalid(fmt::format("The table has more than {} rows", kRowsMax));
          rows_.emplace_back(line_, std::move(cells_));
        }
        cells_.clear();
      }
    }
  }

 private:
  Status read_cell() {
    const std::string type{reader_.attribute("t")};
    std::size_t style = 0;
    if (const auto s = reader_.attribute("s"); !s.empty()) std::from_chars(s.data(), s.data() + s.size(), style);
    if (const auto place = place_of(reader_.attribute("r"))) column_ = place->first;
    std::string raw, value;
    bool in_value = false;
    for (const auto depth = reader_.depth(); reader_.depth() >= depth;) {
      TRY(const auto piece, reader_.next());
      if (piece == Piece::begin && reader_.name() == "is") {
        TRY(value, read_string_item(reader_));
      } else if (piece == Piece::begin) {
        in_value = reader_.name() == "v";
      } else if (piece == Piece::end) {
        in_value = false;
      } else if (piece == Piece::text && in_value) {
        raw += reader_.text();
        if (raw.size() > kCellBytesMax) return Error::too_large("A cell", kCellBytesMax, std::to_string(line_));
      }
    }
    if (!raw.empty()) {
      TRY(value, value_of(type, raw, style));
    }
    const auto column = column_++;
    if (value.empty()) return ok();
    if (column >= kColumnsMax) {
      return Error::invalid(fmt::format("Row {}: more than {} columns", line_, kColumnsMax), std::to_string(line_));
    }
    if (cells_.size() <= column) cells_.resize(column + 1);
    bytes_ += value.size() + sizeof(std::string);
    if (bytes_ > kTextBytesMax) return Error::too_large("The worksheet's text", kTextBytesMax, std::to_string(line_));
    cells_[column] = std::move(value);
    return ok();
  }

  Result<std::string> value_of(std::string_view type, const std::string& raw, std::size_t style) {
    if (type == "s") {
      std::size_t index = 0;
      const auto trimmed = text::trim(raw);
      const auto* end = trimmed.data() + trimmed.size();
      const auto [stop, error] = std::from_chars(trimmed.data(), end, index);
      if (error != std::errc{} || stop != end || index >= book_.texts.size()) {
        return Error::invalid(fmt::format("Row {}: a cell refers to a text that the workbook has not", line_),
                              std::to_string(line_));
      }
      return book_.texts[index];
    }
    if (type == "b") return std::string{text::trim(raw) == "1" ? "TRUE" : "FALSE"};
    if (type == "e") return std::string{};
    if (type == "str" || type == "d" || type == "inlineStr") return cell_text(raw);
    const auto trimmed = text::trim(raw);
    double number = 0;
    const auto* end = trimmed.data() + trimmed.size();
    const auto [stop, error] = std::from_chars(trimmed.data(), end, number);
    if (error != std::errc{} || stop != end) return cell_text(raw);
    return std::string{
        text::trim(shown(number, style < book_.formats.size() ? book_.formats[style] : "General", book_.since_1904))};
  }

  const Workbook& book_;
  XmlReader reader_;
  Rows rows_;
  std::vector<std::string> cells_;
  std::size_t line_ = 0, column_ = 0, bytes_ = 0;
};

Result<Rows> read_sheet(std::string_view zip, const Workbook& book, const Sheet& sheet) {
  TRY(const auto bytes, part_of(zip, sheet.part, kPartBytesMax));
  auto text = cvrf::xml_in_utf8(bytes);
  if (!text) return in_part(sheet.part, text.error());
  auto rows = SheetReader{book, *text}.read();
  if (!rows) return in_part(sheet.part, rows.error());
  return rows;
}

}  // namespace

Result<Table> read_worksheet(std::string_view bytes, std::string_view sheet_name) {
  if (bytes.starts_with("\xD0\xCF\x11\xE0")) {
    return Error::invalid(
        "This workbook has a password or is of the old binary format (.xls): save it as .xlsx without a password");
  }
  if (!looks_like_zip(bytes)) return Error::invalid("This is no workbook (.xlsx)");
  TRY(const auto book, read_workbook(bytes));
  std::vector<std::string> names;
  for (const auto& sheet : book.sheets) names.push_back(sheet.name);
  if (!sheet_name.empty()) {
    const auto found = std::ranges::find_if(
        book.sheets, [&](const auto& sheet) { return text::fold(sheet.name) == text::fold(sheet_name); });
    if (found == book.sheets.end()) {
      return Error::invalid(
          fmt::format("The workbook has no worksheet '{}'; there are {}", sheet_name, text::list_some(names)));
    }
    TRY(auto rows, read_sheet(bytes, book, *found));
    return table_of(std::move(rows), "Row", Beyond::gets_a_column);
  }
  for (const bool hidden : {false, true}) {
    for (const auto& sheet : book.sheets) {
      if (sheet.hidden != hidden) continue;
      TRY(auto rows, read_sheet(bytes, book, sheet));
      if (!rows.empty()) return table_of(std::move(rows), "Row", Beyond::gets_a_column);
    }
  }
  return Error::invalid(names.empty()
                            ? std::string{"The workbook has no worksheet"}
                            : fmt::format("Nothing stands in the workbook's worksheets ({})", text::list_some(names)));
}

}  // namespace tocsin::formats::inventory
