"""Answers what Ansible makes of inventories: one JSON request per line on standard input, one JSON answer per line on standard output.

A request is {"sources": [...], "patterns": [...], "extra": [...]} about files that are there, {"literals": [...]} or {"words": [...]}. One
process serves thousands of requests, since a start of ansible-inventory costs half a second.
"""
import ast
import json
import os
import shlex
import sys
import warnings
from itertools import chain

os.environ.update(ANSIBLE_CONFIG='/nonexistent/ansible.cfg', ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED='1')
warnings.simplefilter('ignore')

from ansible import context
from ansible.cli.inventory import INTERNAL_VARS
from ansible.errors import AnsibleError
from ansible.inventory.group import Group
from ansible.inventory.manager import InventoryManager
from ansible.module_utils.common.collections import ImmutableDict
from ansible.parsing.ajson import AnsibleJSONEncoder
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import vars_loader
from ansible.plugins.vars import host_group_vars
from ansible.utils.display import Display
from ansible.utils.vars import load_extra_vars
from ansible.vars.manager import VariableManager

Display.display = lambda *args, **kwargs: None
warned = []
Display.warning = lambda self, message, *args, **kwargs: warned.append(message)


# Searching the disk for its plugins anew for every group and host is most of what Ansible does.
plugins = list(vars_loader.all())
vars_loader.all = lambda *args, **kwargs: iter(plugins)


def walk_relationship(self, rel, include_self=False, preserve_ordering=False):
    """Group._walk_relationship with ordered sets: Ansible's own walk of deep groups has another order in every process."""
    seen = {}
    unprocessed = dict.fromkeys(getattr(self, rel))
    if include_self:
        unprocessed[self] = None
    ordered = ([self] if include_self else []) + list(getattr(self, rel))
    while unprocessed:
        seen.update(unprocessed)
        found = dict.fromkeys(chain.from_iterable(getattr(group, rel) for group in unprocessed))
        unprocessed = {group: None for group in found if group not in seen}
        ordered.extend(unprocessed)
    return ordered if preserve_ordering else set(seen)


Group._walk_relationship = walk_relationship


def plain(value):
    """Data as ansible-inventory prints it; an `!unsafe` text is the text."""
    text = json.dumps(value, cls=AnsibleJSONEncoder, preprocess_unsafe=True, allow_nan=False)
    return json.loads(text, object_hook=lambda found: found.get('__ansible_unsafe', found))


def inventory(request):
    context.CLIARGS = ImmutableDict(extra_vars=tuple(request.get('extra', ())))
    host_group_vars.FOUND.clear()
    load_extra_vars.extra_vars = {}
    warned.clear()
    loader = DataLoader()
    try:
        manager = InventoryManager(loader=loader, sources=request['sources'])
        variables = VariableManager(loader=loader, inventory=manager)
        hosts = manager.get_hosts('all')
        hostvars = {}
        for host in hosts:
            found = variables.get_vars(host=host, include_hostvars=False, stage='all')
            hostvars[host.name] = plain({name: value for name, value in found.items() if name not in INTERNAL_VARS})
    except Exception as error:  # Whatever Ansible dies of, the inventory is not one.
        return {'error': ' '.join([str(error), *warned])}
    groups = {
        group.name: {
            'hosts': [host.name for host in group.hosts],
            'children': [child.name for child in group.child_groups],
            'depth': group.depth,
            'priority': group.priority,
        }
        for group in manager.groups.values()
    }
    patterns = {pattern: select(manager, pattern) for pattern in request.get('patterns', ())}
    names = {host.name: sorted(group.name for group in host.get_groups() if group.name != 'all') for host in hosts}
    order = [host.name for host in hosts]
    return {'groups': groups, 'vars': hostvars, 'order': order, 'groupNames': names, 'patterns': patterns}


def select(manager, pattern):
    manager.clear_pattern_cache()
    try:
        manager.subset(pattern)
        return [host.name for host in manager.get_hosts('all')]
    except Exception as error:  # A pattern it refuses, or dies of, means nobody.
        return {'error': str(error)}
    finally:
        manager.subset(None)


def literal(text):
    try:
        value = ast.literal_eval(text)
        return {'value': json.loads(json.dumps(value, allow_nan=False))}
    except (ValueError, SyntaxError) as error:
        return {'refused': str(error)} if 'JSON compliant' in str(error) else {'text': True}
    except Exception as error:  # A TypeError of a set in a set, or of bytes, which have no JSON.
        return {'refused': str(error)}


def words(line):
    try:
        return {'words': shlex.split(line, comments=True)}
    except ValueError as error:
        return {'error': str(error)}


for line in sys.stdin:
    request = json.loads(line)
    if 'literals' in request:
        answer = [literal(text) for text in request['literals']]
    elif 'words' in request:
        answer = [words(text) for text in request['words']]
    else:
        answer = inventory(request)
    print(json.dumps(answer), flush=True)
