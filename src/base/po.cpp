#include "base/po.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tocsin::po {
namespace {

Error wrong(int line, std::string_view what) {
  return Error::invalid(fmt::format("Line {}: {}", line, what), std::to_string(line));
}

/// Appends what stands between the quotes of `text`.
Status unquote(std::string_view text, int line, std::string& out) {
  const auto begin = text.find('"');
  if (begin == std::string_view::npos) return wrong(line, "a text in quotes was expected");
  for (std::size_t at = begin + 1; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      if (text.find_first_not_of(" \t\r", at + 1) != std::string_view::npos) {
        return wrong(line, "something stands behind the closing quote");
      }
      return ok();
    }
    if (c != '\\') {
      out += c;
      continue;
    }
    if (++at == text.size()) break;
    switch (text[at]) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'r':
        out += '\r';
        break;
      case '"':
      case '\\':
        out += text[at];
        break;
      default:
        return wrong(line, fmt::format("\\{} is no escape of a PO file", text[at]));
    }
  }
  return wrong(line, "the closing quote is missing");
}

void quote(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
      if (at + 1 < text.size()) out += "\"\n\"";
    } else {
      out += c;
    }
  }
  out += "\"\n";
}

}  // namespace

bool Item::fuzzy() const noexcept {
  return std::ranges::any_of(comments, [](std::string_view line) {
    return line.starts_with("#,") && line.find("fuzzy") != std::string_view::npos;
  });
}

Result<std::vector<Item>> read(std::string_view text) {
  std::vector<Item> items;
  Item item;
  std::string* into = nullptr;
  bool open = false;  // msgid was seen
  int number = 0;
  const auto finish = [&] {
    if (open) items.push_back(std::move(item));
    item = Item{};
    open = false;
    into = nullptr;
  };
  while (!text.empty()) {
    ++number;
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto first = line.find_first_not_of(" \t\r");
    line.remove_prefix(first == std::string_view::npos ? line.size() : first);
    if (line.empty()) {
      finish();
      continue;
    }
    if (line.starts_with('#')) {
      if (open) finish();
      if (!line.starts_with("#~")) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        item.comments.emplace_back(line);
      }
      continue;
    }
    if (!line.starts_with('"')) {
      const auto word = line.substr(0, line.find_first_of(" \t\""));
      if (word == "msgctxt") {
        if (open) finish();
        into = &item.context;
      } else if (word == "msgid") {
        if (open) finish();
        open = true;
        item.line = number;
        into = &item.id;
      } else if (word == "msgid_plural") {
        into = &item.plural;
      } else if (word == "msgstr" || (word.starts_with("msgstr[") && word.ends_with(']'))) {
        if (!open) return wrong(number, "msgstr without msgid");
        item.text.emplace_back();
        into = &item.text.back();
      } else {
        return wrong(number, fmt::format("'{}' is no word of a PO file", word));
      }
    }
    if (into == nullptr) return wrong(number, "a text that belongs to nothing");
    TRY_VOID(unquote(line, number, *into));
  }
  finish();
  return items;
}

std::string write(const std::vector<Item>& items) {
  std::string out;
  for (const auto& item : items) {
    if (!out.empty()) out += '\n';
    for (const auto& comment : item.comments) out.append(comment).append("\n");
    if (!item.context.empty()) {
      out += "msgctxt ";
      quote(out, item.context);
    }
    out += "msgid ";
    quote(out, item.id);
    if (item.plural.empty()) {
      out += "msgstr ";
      quote(out, item.text.empty() ? std::string_view{} : item.text.front());
      continue;
    }
    out += "msgid_plural ";
    quote(out, item.plural);
    for (std::size_t form = 0; form < 2; ++form) {
      out += fmt::format("msgstr[{}] ", form);
      quote(out, form < item.text.size() ? std::string_view{item.text[form]} : std::string_view{});
    }
  }
  return out;
}

}  // namespace tocsin::po
