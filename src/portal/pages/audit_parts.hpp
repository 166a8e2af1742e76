#pragma once
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "engine/audit/view.hpp"
#include "portal/html/safe.hpp"

/// Entries of the audit log, as several pages show them.
namespace tocsin::portal::pages {

/// "Anna Berg for Example Grid", "the system or somebody without an account".
html::Html who_html(const engine::audit::view::Row& row);
/// The outcome as a word in a badge; nothing for what was done.
html::Html outcome_tag(domain::audit::Outcome outcome);
/// The thing that an entry is about, as a link where it has a page.
html::Html object_html(std::string_view object);
/// Members of the detail as "name: value" in one paragraph; nothing where there is none or it was erased.
html::Html detail_html(const store::AuditRow& row);
/// Time, what, who, detail: what was done with one thing.
void append_history(std::string& out, const std::vector<engine::audit::view::Row>& rows);
boost::json::object entry_json(const engine::audit::view::Row& row);

}  // namespace tocsin::portal::pages
