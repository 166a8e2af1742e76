#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/inventory/worksheet.hpp"
#include "formats/inventory/zip.hpp"
#include "formats/inventory/zip_stream.hpp"

namespace tocsin::formats::inventory {
namespace {

constexpr std::size_t kSheetRowsMax = 1'048'576, kSheetColumnsMax = 16'384;
constexpr std::size_t kCellCharactersMax = 32'767, kSheetNameCharactersMax = 31;

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr std::string_view kMain = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
constexpr std::string_view kRelations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Escaped, without what XML does not allow, at most so many UTF-16 units long.
std::string xml(std::string_view text, std::size_t characters_max = kCellCharactersMax) {
  std::string out;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = text::utf8_length_at(text, at);
    const auto letter = text.substr(at, std::max<std::size_t>(length, 1));
    at += letter.size();
    characters += length == 4 ? 2 : 1;
    if (characters > characters_max) break;
    const auto byte = static_cast<unsigned char>(letter.front());
    if (length == 0 || (byte < 0x20 && byte != '\t' && byte != '\n') || letter == "\uFFFE" || letter == "\uFFFF")
      continue;
    if (letter == "&") {
      out += "&amp;";
    } else if (letter == "<") {
      out += "&lt;";
    } else if (letter == ">") {
      out += "&gt;";
    } else if (letter == "\"") {
      out += "&quot;";
    } else if (letter == "_" && text.substr(at, 1) == "x" && text.size() > at + 5 && text[at + 5] == '_') {
      out += "_x005F_";  // Else "_x0041_" would be read as "A".
    } else {
      out += letter;
    }
  }
  return out;
}

/// 0 is "A", 26 is "AA".
std::string letters(std::size_t column) {
  std::string out;
  for (++column; column > 0; column = (column - 1) / 26)
    out.insert(out.begin(), static_cast<char>('A' + (column - 1) % 26));
  return out;
}

std::string sheet_title(std::string_view name) {
  std::string title;
  for (const char c : name) title += std::string_view{"[]:*?/\\'"}.find(c) == std::string_view::npos ? c : ' ';
  auto text = xml(text::trim(title), kSheetNameCharactersMax);
  return text.empty() ? "Sheet" : text;
}

void add_row(std::string& out, std::size_t number, const std::vector<std::string>& columns,
             const std::vector<std::string>& cells, bool is_head) {
  fmt::format_to(std::back_inserter(out), "<row r=\"{}\">", number);
  for (std::size_t column = 0; column < std::min(cells.size(), columns.size()); ++column) {
    if (cells[column].empty()) continue;
    fmt::format_to(std::back_inserter(out),
                   "<c r=\"{}{}\" t=\"inlineStr\" s=\"{}\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                   columns[column], number, is_head ? 2 : 1, xml(cells[column]));
  }
  out += "</row>";
}

std::vector<std::string> letters_of(const std::vector<std::string>& headers) {
  std::vector<std::string> columns;
  for (std::size_t column = 0; column < headers.size(); ++column) columns.push_back(letters(column));
  return columns;
}

std::string area_of(const std::vector<std::string>& columns, std::size_t rows) {
  return columns.empty() ? std::string{"A1"} : fmt::format("A1:{}{}", columns.back(), rows + 1);
}

using Rows = std::span<const std::vector<std::string>>;

/// Up to the first row. `looked_at`: rows that say how wide columns are. `area`: of all cells, where it is known yet.
std::string sheet_begin(const std::vector<std::string>& headers, Rows looked_at, std::string_view area) {
  std::string out{kDeclaration};
  fmt::format_to(std::back_inserter(out), "<worksheet xmlns=\"{}\">", kMain);
  if (!area.empty()) fmt::format_to(std::back_inserter(out), "<dimension ref=\"{}\"/>", area);
  out +=
      "<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" "
      "state=\"frozen\"/></sheetView></sheetViews>";
  if (!headers.empty()) {
    out += "<cols>";
    for (std::size_t column = 0; column < headers.size(); ++column) {
      constexpr std::size_t kNarrow = 8, kWide = 60;
      auto width = headers[column].size();
      for (const auto& row : looked_at) {
        if (column < row.size()) width = std::max(width, row[column].size());
      }
      fmt::format_to(std::back_inserter(out), "<col min=\"{0}\" max=\"{0}\" width=\"{1}\" customWidth=\"1\"/>",
                     column + 1, std::clamp(width + 2, kNarrow, kWide));
    }
    out += "</cols>";
  }
  out += "<sheetData>";
  add_row(out, 1, letters_of(headers), headers, true);
  return out;
}

std::string sheet_end(const std::vector<std::string>& columns, std::size_t rows) {
  std::string out{"</sheetData>"};
  if (!columns.empty()) fmt::format_to(std::back_inserter(out), "<autoFilter ref=\"{}\"/>", area_of(columns, rows));
  return out + "</worksheet>";
}

std::string sheet_of(const Table& table) {
  constexpr std::size_t kRowsLookedAt = 1000;
  const auto columns = letters_of(table.headers);
  auto out = sheet_begin(table.headers, Rows{table.rows}.first(std::min(table.rows.size(), kRowsLookedAt)),
                         area_of(columns, table.rows.size()));
  for (std::size_t row = 0; row < table.rows.size(); ++row) add_row(out, row + 2, columns, table.rows[row], false);
  return out + sheet_end(columns, table.rows.size());
}

/// What a workbook says of one of its worksheets.
struct Listed {
  std::string title;
  std::size_t columns = 0, rows = 0;
};

ZipPart part(std::string name, const std::string& text) { return {std::move(name), std::string{kDeclaration} + text}; }

/// All but the worksheets and workbook_of().
std::vector<ZipPart> package_of(std::size_t sheets) {
  std::string types, relations;
  constexpr std::string_view kContent = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  for (std::size_t i = 1; i <= sheets; ++i) {
    fmt::format_to(std::back_inserter(types),
                   "<Override PartName=\"/xl/worksheets/sheet{}.xml\" ContentType=\"{}.worksheet+xml\"/>", i, kContent);
    fmt::format_to(std::back_inserter(relations),
                   "<Relationship Id=\"rId{0}\" Type=\"{1}/worksheet\" Target=\"worksheets/sheet{0}.xml\"/>", i,
                   kRelations);
  }
  std::vector<ZipPart> parts;
  parts.push_back(
      part("[Content_Types].xml",
           fmt::format(
               "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
               "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
               "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
               "<Override PartName=\"/xl/workbook.xml\" ContentType=\"{0}.sheet.main+xml\"/>{1}"
               "<Override PartName=\"/xl/styles.xml\" ContentType=\"{0}.styles+xml\"/></Types>",
               kContent, types)));
  constexpr std::string_view kPackageRelations = "http://schemas.openxmlformats.org/package/2006/relationships";
  parts.push_back(part("_rels/.rels", fmt::format("<Relationships xmlns=\"{}\"><Relationship Id=\"rId1\" "
                                                  "Type=\"{}/officeDocument\" Target=\"xl/workbook.xml\"/>"
                                                  "</Relationships>",
                                                  kPackageRelations, kRelations)));
  parts.push_back(part("xl/_rels/workbook.xml.rels",
                       fmt::format("<Relationships xmlns=\"{0}\">{1}<Relationship Id=\"rId{2}\" Type=\"{3}/styles\" "
                                   "Target=\"styles.xml\"/></Relationships>",
                                   kPackageRelations, relations, sheets + 1, kRelations)));
  // Number format 49 is text: what a person types over an order number stays one.
  parts.push_back(part(
      "xl/styles.xml",
      fmt::format(
          "<styleSheet xmlns=\"{}\"><fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
          "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
          "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill "
          "patternType=\"gray125\"/></fill></fills>"
          "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
          "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
          "<cellXfs count=\"3\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
          "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
          "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" "
          "applyFont=\"1\"/></cellXfs>"
          "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>",
          kMain)));
  return parts;
}

ZipPart workbook_of(const std::vector<Listed>& sheets) {
  std::string list, filters;
  for (std::size_t i = 0; i < sheets.size(); ++i) {
    const auto& [title, columns, rows] = sheets[i];
    fmt::format_to(std::back_inserter(list), "<sheet name=\"{}\" sheetId=\"{}\" r:id=\"rId{}\"/>", title, i + 1, i + 1);
    if (columns == 0) continue;
    fmt::format_to(std::back_inserter(filters),
                   "<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"{}\" hidden=\"1\">'{}'!$A$1:${}${}"
                   "</definedName>",
                   i, title, letters(columns - 1), rows + 1);
  }
  return part(
      "xl/workbook.xml",
      fmt::format("<workbook xmlns=\"{}\" xmlns:r=\"{}\"><bookViews><workbookView/></bookViews><sheets>{}</sheets>"
                  "{}</workbook>",
                  kMain, kRelations, list,
                  filters.empty() ? std::string{} : fmt::format("<definedNames>{}</definedNames>", filters)));
}

std::string sheet_path(std::size_t number) { return fmt::format("xl/worksheets/sheet{}.xml", number); }

Status fits(std::size_t rows, std::size_t columns) {
  if (rows < kSheetRowsMax && columns <= kSheetColumnsMax) return ok();
  return Error::invalid(fmt::format("A worksheet has at most {} rows and {} columns", kSheetRowsMax, kSheetColumnsMax));
}

}  // namespace

Result<std::string> write_worksheet(const Table& table, std::string_view sheet_name) {
  return write_workbook({{std::string{sheet_name}, &table}});
}

Result<std::string> write_workbook(const std::vector<Worksheet>& sheets) {
  if (sheets.empty()) return Error::invalid("A workbook has at least one worksheet");
  std::vector<std::string> titles;
  std::vector<Listed> listed;
  for (const auto& sheet : sheets) {
    const auto& table = *sheet.table;
    TRY_VOID(fits(table.rows.size(), table.headers.size()));
    listed.push_back({sheet_title(sheet.name), table.headers.size(), table.rows.size()});
    const auto folded = text::fold(listed.back().title);
    if (std::ranges::find(titles, folded) != titles.end()) {
      return Error::invalid("Two worksheets of a workbook have the same name", listed.back().title);
    }
    titles.push_back(folded);
  }
  auto parts = package_of(sheets.size());
  parts.push_back(workbook_of(listed));
  for (std::size_t i = 0; i < sheets.size(); ++i) parts.push_back({sheet_path(i + 1), sheet_of(*sheets[i].table)});
  return write_zip(parts);
}

struct WorksheetStream::State {
  std::vector<std::string> headers, columns;
  std::string title;
  ZipStream zip;
  std::size_t rows = 0;
  bool begun = false;

  Status begin(Rows looked_at) {
    begun = true;
    for (const auto& each : package_of(1)) {
      TRY_VOID(zip.begin(each.name));
      TRY_VOID(zip.add(each.bytes));
    }
    TRY_VOID(zip.begin(sheet_path(1)));
    return zip.add(sheet_begin(headers, looked_at, {}));
  }
};

WorksheetStream::WorksheetStream(std::vector<std::string> headers, std::string_view sheet_name)
    : state_(std::make_unique<State>()) {
  state_->columns = letters_of(headers);
  state_->headers = std::move(headers);
  state_->title = sheet_title(sheet_name);
}
WorksheetStream::WorksheetStream(WorksheetStream&&) noexcept = default;
WorksheetStream& WorksheetStream::operator=(WorksheetStream&&) noexcept = default;
WorksheetStream::~WorksheetStream() = default;

Result<std::string> WorksheetStream::add(std::span<const std::vector<std::string>> rows) {
  auto& it = *state_;
  TRY_VOID(fits(it.rows + rows.size(), it.columns.size()));
  if (!it.begun) TRY_VOID(it.begin(rows));
  std::string text;
  for (const auto& row : rows) add_row(text, ++it.rows + 1, it.columns, row, false);
  TRY_VOID(it.zip.add(text));
  return it.zip.take();
}

Result<std::string> WorksheetStream::finish() {
  auto& it = *state_;
  if (!it.begun) TRY_VOID(it.begin({}));
  TRY_VOID(it.zip.add(sheet_end(it.columns, it.rows)));
  // How far the filter reaches is known only now.
  const auto workbook = workbook_of({{it.title, it.columns.size(), it.rows}});
  TRY_VOID(it.zip.begin(workbook.name));
  TRY_VOID(it.zip.add(workbook.bytes));
  TRY_VOID(it.zip.finish());
  return it.zip.take();
}

}  // namespace tocsin::formats::inventory
