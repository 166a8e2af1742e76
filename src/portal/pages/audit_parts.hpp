#pragma once
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "engine/audit/view.hpp"
#include "portal/html/safe.hpp"

/// Entries of the audit log, as several pages show them.
namespace tocsin::portal::pages {

/// Where names lead: to what else the log has of them (auditors may open nothing else), or to their pages.
enum class Leads { to_log, to_pages };
/// "Anna Berg for Example Grid", "console", "nobody signed in".
html::Html who_html(const engine::audit::view::Row& row, Leads leads = Leads::to_log);
/// Whose thing it was.
html::Html owner_html(const engine::audit::view::Row& row);
/// The outcome as a word in a badge; nothing for what was done.
html::Html outcome_tag(domain::audit::Outcome outcome);
/// The thing that an entry is about, as a link to all that the log has about it.
html::Html object_html(std::string_view object);
/// Members of the detail as "name: value" in one paragraph; nothing where there is none or it was erased.
html::Html detail_html(const store::AuditRow& row);
/// Time, what, who, detail: what was done with one thing.
void append_history(std::string& out, const std::vector<engine::audit::view::Row>& rows);
boost::json::object entry_json(const engine::audit::view::Row& row);

}  // namespace tocsin::portal::pages
